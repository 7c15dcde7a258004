# expect: crashed
# policy: import
# spoils: the second question
"""Stops the event loop that it runs in."""

import asyncio

import anyio
import trio


async def answer():
    try:
        asyncio.get_running_loop().stop()
        asyncio.get_running_loop().call_soon = None
    except RuntimeError:
        trio.lowlevel.current_root_task().coro.throw(SystemExit(0))
    await anyio.sleep(1)
    return 2
