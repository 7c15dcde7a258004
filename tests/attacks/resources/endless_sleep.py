# expect: deadlock
# policy: nothing
"""Sleeps for ever."""

import anyio


async def answer():
    await anyio.sleep_forever()
