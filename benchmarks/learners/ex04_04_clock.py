# root: judged-by-clock
# also: losers-left-running
# not: (?i)task group|ExceptionGroup
# line: 15, 16, 17, 18, 19
import time
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    start = time.monotonic()
    value = await fn()
    if time.monotonic() - start > seconds:
        raise Elapsed(seconds)
    return value
