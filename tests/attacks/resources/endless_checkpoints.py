# expect: never-yields or limit
# policy: nothing
"""Gives way for ever, and gets nowhere."""

import anyio.lowlevel


async def answer():
    while True:
        await anyio.lowlevel.checkpoint()
