# root: await-missing
# says: handles
import anyio

async def join(*fns):
    results = []
    async with anyio.create_task_group() as tg:
        for fn in fns:
            result = tg.start_soon(fn)
            results.append(result)
    return results
