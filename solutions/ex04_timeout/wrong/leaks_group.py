# fails: test_errors_arrive_unchanged, test_inner_timeouterror_is_not_ours (lost-error)
# root: lost-error
"""Lets the task group wrap what the operation raises."""

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

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if values:
        return values[0]
    raise Elapsed(seconds)
