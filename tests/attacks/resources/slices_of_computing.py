# expect: limit or blocked-loop
# policy: nothing
"""Computes for three tenths of a second in each step, which is no hog, in step after step."""

import anyio


async def answer():
    for number in range(100):
        sum(range(8_000_000))
        await anyio.sleep(number)
    return 2
