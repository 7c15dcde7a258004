# root: completion-order
# says: position
# line: 10
import anyio

async def join(*fns):
    results = [None] * len(fns)

    async def run(fn):
        results[fns.index(fn)] = await fn()

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
    return results
