# fails: test_a_finished_value_is_never_thrown_away (judged-by-clock)
# root: judged-by-clock
"""Asks first whether the timer has fired."""

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
    if expired.is_set():
        raise Elapsed(seconds)
    if errors:
        raise errors[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
