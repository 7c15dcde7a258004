# root: fault:name-missing
# says: class|top level
import anyio

class Joiner:
    async def join(self, *fns):
        results = [None] * len(fns)
        async def run(i, fn):
            results[i] = await fn()
        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
        return results
