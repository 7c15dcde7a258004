# root: recursion
# also: crashed
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    if seconds < 0:
        seconds = 0

    async def operation():
        return await timeout(fn, seconds)

    return await operation()
