# root: swallowed-cancellation
# also: lost-error
# not: (?i)process ends
# line: 19, 22
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    outcome = []

    async def operation():
        try:
            outcome.append(await fn())
        finally:
            tg.cancel_scope.cancel()
            return

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)
    if outcome:
        return outcome[0]
    raise Elapsed(seconds)
