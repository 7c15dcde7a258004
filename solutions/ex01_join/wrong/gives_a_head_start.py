# fails: test_join_is_fair (no-checkpoint)
# root: no-checkpoint
"""Lets the first function take twenty turns before the others are started."""

import anyio
from anyio.lowlevel import checkpoint


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
            for _ in range(20 if i == 0 else 0):
                await checkpoint()
    return results
