# root: completion-order
import anyio

async def join(*fns):
    results = []

    async def run(fn):
        results.append(await fn())

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
        return results
