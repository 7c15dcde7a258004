# fails: test_takes_as_long_as_the_slowest, test_first_error_cancels_the_rest_at_once (polling)
# root: polling
"""Looks every 0.03 s whether all are done."""

import anyio


async def join(*fns):
    results = {}
    errors = []

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        while len(results) < len(fns) and not errors:
            await anyio.sleep(0.03)
        tg.cancel_scope.cancel()
    if errors:
        raise errors[0]
    return [results[i] for i in range(len(fns))]
