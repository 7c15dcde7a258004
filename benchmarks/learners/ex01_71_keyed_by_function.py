# root: overwritten-result
import anyio


async def join(*fns):
    results = {}

    async def run(fn):
        results[fn] = await fn()

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
    return [results[fn] for fn in fns]
