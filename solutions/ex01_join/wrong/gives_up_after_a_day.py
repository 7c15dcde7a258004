# fails: test_takes_as_long_as_the_slowest (judged-by-clock)
# root: judged-by-clock
"""Allows a day for everything."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    with anyio.move_on_after(24 * 60 * 60):
        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
    return results
