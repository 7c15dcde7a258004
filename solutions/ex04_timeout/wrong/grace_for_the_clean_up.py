# fails: test_cleanup_finishes_before_elapsed_is_raised (cleanup-not-awaited)
# root: cleanup-not-awaited
"""Gives the clean-up another second, because cancel() is only a request."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    values, errors = [], []

    async def operation():
        try:
            values.append(await fn())
        except Exception as error:
            errors.append(error)
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if errors:
        raise errors[0]
    if values:
        return values[0]
    await anyio.sleep(1)
    raise Elapsed(seconds)
