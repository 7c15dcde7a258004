# fails: test_slow_operation_is_stopped (edge-case)
# root: edge-case
"""No limit is longer than a day, except infinity."""

import math

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
        day = 24 * 3600
        await anyio.sleep(seconds if seconds == math.inf else min(max(0, seconds), day))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if errors:
        raise errors[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
