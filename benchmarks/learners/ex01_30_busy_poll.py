# root: polling
# not: one after the other|sum of all
# line: 14, 13
import anyio

async def join(*fns):
    results = {}
    async def run(i, fn):
        results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        while len(results) < len(fns):
            await anyio.sleep(0.1)
    return [results[i] for i in range(len(fns))]
