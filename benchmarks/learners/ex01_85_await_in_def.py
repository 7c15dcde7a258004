# root: fault:syntax
# says: async
# line: 10, 11
import anyio


async def join(*fns):
    results = [None] * len(fns)

    def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
