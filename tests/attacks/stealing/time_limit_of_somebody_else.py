# expect: cannot-judge (off-limits)
# policy: off-limits
# exercise: ex04
"""Borrows the time limit from the library."""

import anyio


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        self.seconds = seconds


async def timeout(fn, seconds):
    with anyio.fail_after(seconds):
        return await fn()
