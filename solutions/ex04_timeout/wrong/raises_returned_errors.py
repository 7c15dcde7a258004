# fails: test_falsy_values (falsy-value)
# root: falsy-value
"""Keeps value and error in one place and cannot tell them apart."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    values = []

    async def operation():
        try:
            values.append(await fn())
        except Exception as error:
            values.append(error)
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if values and isinstance(values[0], Exception):
        raise values[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
