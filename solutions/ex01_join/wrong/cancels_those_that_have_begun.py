# fails: test_first_error_cancels_the_rest_at_once (siblings-left-running)
# root: siblings-left-running
"""Cancels the functions that have begun; those that have not begun yet run to their end."""

import anyio


async def join(*fns):
    results = [None] * len(fns)
    errors = []
    running = []

    async def run(i, fn):
        with anyio.CancelScope() as scope:
            running.append(scope)
            try:
                results[i] = await fn()
            except Exception as error:
                errors.append(error)
                for other in running:
                    other.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    if errors:
        raise errors[0]
    return results
