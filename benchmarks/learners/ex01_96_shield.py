# root: swallowed-cancellation
# also: siblings-left-running
# line: 11, 12
import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        with anyio.CancelScope(shield=True):
            results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
