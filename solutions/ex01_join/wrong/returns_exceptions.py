# fails: test_first_error_cancels_the_rest_at_once (lost-error)
# root: lost-error
"""Turns errors into results."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception as error:
            results[i] = error

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
