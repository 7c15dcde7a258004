# fails: test_first_error_cancels_the_rest_at_once (siblings-left-running), test_any_value_is_a_value (falsy-value)
# root: siblings-left-running
"""Keeps errors among the results and raises the first exception it finds there, after the slowest function."""

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
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
