# root: blocked-loop
# says: time\.sleep
# line: 16, 15
import time
import anyio

async def join(*fns):
    results = [None] * len(fns)
    async def run(i, fn):
        results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        while None in results:
            time.sleep(0.1)
    return results
