# fails: test_the_very_error_is_raised (lost-error)
# root: lost-error
"""Takes a TimeoutError or another OSError for "no result"."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except OSError:
            pass

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
