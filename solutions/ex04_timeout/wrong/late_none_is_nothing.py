# fails: test_a_finished_value_is_never_thrown_away (falsy-value)
# root: falsy-value
"""Takes None for nothing if it comes late."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    values, errors, expired = [], [], anyio.Event()

    async def operation():
        try:
            values.append(await fn())
        except Exception as error:
            errors.append(error)
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        expired.set()
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if errors:
        raise errors[0]
    if values and not (expired.is_set() and values[0] is None):
        return values[0]
    raise Elapsed(seconds)
