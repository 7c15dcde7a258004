# fails: test_all_run_at_once_however_many (serial)
# root: serial
"""Runs sixteen functions at a time, to be kind to the computer."""

import anyio


async def join(*fns):
    results = [None] * len(fns)
    limit = anyio.CapacityLimiter(16)

    async def run(i, fn):
        async with limit:
            results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
