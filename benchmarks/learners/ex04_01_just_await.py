# root: losers-left-running
# also: lost-error
# not: (?i)task group|ExceptionGroup
# line: 15, 14
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    return await fn()
