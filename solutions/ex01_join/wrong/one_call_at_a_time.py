# fails: test_joins_nest (serial), test_calls_run_side_by_side (deadlock)
# root: deadlock
"""Lets one call in at a time."""

import anyio

lock = anyio.Lock()


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with lock:
        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
    return results
