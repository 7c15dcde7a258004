# fails: test_several_errors (lost-error)
# root: lost-error
"""Raises a new error when several functions have failed."""

import anyio


async def join(*fns):
    results = [None] * len(fns)
    errors = []

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception as error:
            errors.append(error)
            tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise RuntimeError(f"{len(errors)} functions failed")
    return results
