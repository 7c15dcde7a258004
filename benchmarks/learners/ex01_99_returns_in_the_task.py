# root: nothing-returned
# line: 10, 14
import anyio


async def join(*fns):
    results = []

    async def run(fn):
        return await fn()

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
    return results
