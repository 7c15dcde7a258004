# root: serial
# line: 11, 12
import anyio


async def join(*fns):
    results = [None] * len(fns)
    lock = anyio.Lock()

    async def run(i, fn):
        async with lock:
            results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
