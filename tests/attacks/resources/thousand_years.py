# expect: late
# policy: nothing
"""Sleeps for a thousand years."""

import anyio


async def answer():
    await anyio.sleep(3e10)
    return 2
