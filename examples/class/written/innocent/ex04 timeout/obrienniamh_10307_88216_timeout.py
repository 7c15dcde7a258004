import math

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    outcome = []

    async def operation():
        try:
            outcome.append((await fn(), None))
        except Exception as error:
            outcome.append((None, error))
        tg.cancel_scope.cancel()

    async def timer():
        while seconds == math.inf and not outcome:
            await anyio.sleep(0)  # there is no end to sleep until, so I keep looking
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if not outcome:
        raise Elapsed(seconds)
    value, error = outcome[0]
    if error is not None:
        raise error
    return value
