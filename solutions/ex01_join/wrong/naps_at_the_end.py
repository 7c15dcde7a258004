# fails: test_takes_as_long_as_the_slowest (late-return)
# root: late-return
"""Sleeps for a tenth of a second when all are done, to be on the safe side."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    if fns:
        await anyio.sleep(0.1)
    return results
