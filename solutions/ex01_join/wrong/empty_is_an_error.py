# fails: test_zero_functions (edge-case)
# root: edge-case
"""Finds nothing to do and complains."""

import anyio


async def join(*fns):
    if not fns:
        raise ValueError("nothing to join")
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
