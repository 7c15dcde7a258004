# fails: test_first_error_cancels_the_rest_at_once (siblings-left-running)
# root: siblings-left-running
"""Notes the errors, lets the others finish, and raises the first error then."""

import anyio


async def join(*fns):
    results = [None] * len(fns)
    errors = []

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    if errors:
        raise errors[0]
    return results
