# expect: fails
# policy: import
# spoils: the second question
"""Puts an event loop policy of its own under asyncio."""

import asyncio


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        raise SystemExit(0)


asyncio.set_event_loop_policy(_Policy())


async def answer():
    return 2
