# root: completion-order
# line: 10
import anyio


async def join(*fns):
    results = []

    async def worker(fn):
        results.append(await fn())

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(worker, fn)
    return results
