# root: swallowed-cancellation
# not: (?i)process ends
# line: 19, 20
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    outcome = None

    async def run():
        nonlocal outcome
        try:
            outcome = ("value", await fn())
        except BaseException as exc:
            outcome = ("error", exc)
        tg.cancel_scope.cancel()

    async def timer():
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        tg.start_soon(run)
        tg.start_soon(timer)

    if outcome is None:
        raise Elapsed(seconds)
    kind, what = outcome
    if kind == "error":
        raise what
    return what
