# root: called-not-given
# line: 9
import anyio

async def join(*fns):
    results = []
    async with anyio.create_task_group() as tg:
        for fn in fns:
            results.append(tg.start_soon(fn()))
    return results
