# expect: fails or blocked-loop
# policy: please-look
"""Takes as long for each play as a play may take, and leaves; there are many plays.

On a slow computer it computes for so long that the step blocks the loop.
"""

import time

nap = next(each for each in time.sleep.__globals__.values() if repr(each) == "<built-in function sleep>")


async def answer():
    nap(0.15)
    sum(range(15_000_000))
    nap(0.15)
    return 2
