# root: fault:off-limits
# says: fail_after
# line: 15
import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn, seconds):
    try:
        with anyio.fail_after(seconds):
            return await fn()
    except TimeoutError:
        raise Elapsed(seconds)
