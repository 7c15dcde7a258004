# fails: test_elapsed_says_the_limit, test_elapsed_of_an_inner_timeout_comes_out (lost-error)
# root: lost-error
"""Forgets to say which limit was exceeded."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds=0):
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
    raise Elapsed()
