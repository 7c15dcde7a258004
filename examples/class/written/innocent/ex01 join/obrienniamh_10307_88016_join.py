import time

import anyio


async def join(*fns):
    results = {}

    async def run(position, fn):
        results[position] = await fn()

    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            tg.start_soon(run, position, fn)
            time.sleep(0.1)  # or the first one is not ready
    return [results[position] for position in sorted(results)]
