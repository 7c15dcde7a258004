# root: blocked-loop
# says: time\.sleep
# not: to_thread|worker thread
# line: 12
import time
import anyio

async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        time.sleep(0.5)
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
