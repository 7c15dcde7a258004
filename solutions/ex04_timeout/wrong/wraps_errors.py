# fails: test_errors_arrive_unchanged (lost-error)
# root: lost-error
"""Tells in an error of its own that the operation failed."""

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
        if isinstance(errors[0], (TimeoutError, ExceptionGroup)):
            raise errors[0]
        raise RuntimeError("the operation failed") from errors[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
