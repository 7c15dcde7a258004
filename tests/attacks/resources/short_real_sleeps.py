# expect: limit or blocked-loop
# policy: please-look
"""Really sleeps for hundredths of a second, thousands of times, and computes a little in between."""

import time

from anyio.lowlevel import checkpoint

nap = next(each for each in time.sleep.__globals__.values() if repr(each) == "<built-in function sleep>")


async def answer():
    for _ in range(10_000):
        nap(0.02)
        sum(range(10_000))
        await checkpoint()
    return 2
