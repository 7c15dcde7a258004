# fails: test_no_second_try (lost-error)
# root: lost-error
"""Gives a function that fails a second chance."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception:
            results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
