# expect: limit or blocked-loop
# policy: please-look
"""Really sleeps in each of many steps, for less than is noticed in a single one."""

import time

from anyio.lowlevel import checkpoint

nap = next(each for each in time.sleep.__globals__.values() if repr(each) == "<built-in function sleep>")


async def answer():
    for _ in range(146):
        nap(0.2)
        await checkpoint()
    return 2
