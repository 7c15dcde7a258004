# expect: never-yields or late or limit or blocked-loop
# policy: nothing
# backends: trio
"""Sleeps in small pieces, for ever."""

import anyio


async def answer():
    while True:
        await anyio.sleep(1e-9)
