# root: deadlock
# line: 16
import anyio


async def join(*fns):
    results = {}
    all_done = anyio.Event()

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        await all_done.wait()
    return [results[i] for i in range(len(fns))]
