# fails: test_groups_arrive_unchanged (lost-error)
# root: lost-error
"""Takes groups off until there is none left, the operation's own too."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    values = []

    async def operation():
        values.append(await fn())
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as tg:
            tg.start_soon(operation)
            tg.start_soon(timer)
    except ExceptionGroup as group:
        error = group
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    if values:
        return values[0]
    raise Elapsed(seconds)
