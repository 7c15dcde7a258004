# fails: test_the_very_error_is_raised (lost-error)
# root: lost-error
"""Raises an error of its own, and keeps the original one as the cause."""

import anyio


class JoinError(Exception):
    pass


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception as error:
            raise JoinError(f"function {i} failed") from error

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
