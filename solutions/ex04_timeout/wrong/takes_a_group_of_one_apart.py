# fails: test_groups_arrive_unchanged (lost-error)
# root: lost-error
"""Takes a group with a single error apart, whoever made it."""

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
        error = errors[0]
        if isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            raise error.exceptions[0]
        raise error
    if values:
        return values[0]
    raise Elapsed(seconds)
