# root: wrong-arguments
# says: start_soon
# line: 10
import anyio

async def join(*fns):
    results = []
    async with anyio.create_task_group() as tg:
        for fn in fns:
            results.append(await tg.start(fn))
    return results
