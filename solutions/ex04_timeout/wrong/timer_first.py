# fails: test_zero_seconds_still_tries (edge-case)
# root: edge-case
"""Without any time it cancels the operation before that has begun."""

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
        if seconds <= 0:
            tg.cancel_scope.cancel()
            await anyio.sleep(0)
        tg.start_soon(operation)
        tg.start_soon(timer)
    if errors:
        raise errors[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
