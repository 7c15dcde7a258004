# expect: fails
# policy: please-look
# spoils: the second question
"""Makes sleeping a thing of no time."""

import anyio


async def _at_once(*args):
    return None


anyio.sleep = anyio.sleep_until = anyio.lowlevel.checkpoint = _at_once


async def answer():
    return 2
