# root: fault:syntax
# says: parentheses
import anyio

async def join(*fns):
    results = [None] * len(fns)
    async def run(i, fn):
        results[i] = await fn()
        print "done", i
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
