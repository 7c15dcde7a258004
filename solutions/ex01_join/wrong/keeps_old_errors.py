# fails: test_calls_do_not_remember (stale-state)
# root: stale-state
"""Keeps the errors in a list of the module, where those of an earlier call still stand."""

import anyio

errors = []


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception as error:
            errors.append(error)
            tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    if errors:
        raise errors[0]
    return results
