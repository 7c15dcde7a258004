# fails: test_any_value_is_a_value (falsy-value)
# root: falsy-value
"""Takes None for a result that is missing."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return [result for result in results if result is not None]
