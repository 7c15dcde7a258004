# fails: test_calls_one_after_the_other (shared-state)
# root: shared-state
"""Keeps the values at module level, where those of earlier calls are."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


values = []


async def timeout(fn, seconds):
    errors = []

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
        return values[-1]
    raise Elapsed(seconds)
