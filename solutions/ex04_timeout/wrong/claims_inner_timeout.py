# fails: test_inner_timeouterror_is_not_ours, test_elapsed_of_an_inner_timeout_comes_out (lost-error)
# root: lost-error
"""Takes every TimeoutError for its own."""

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
    if errors and isinstance(errors[0], TimeoutError):
        raise Elapsed(seconds)
    if errors:
        raise errors[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
