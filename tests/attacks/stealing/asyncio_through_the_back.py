# expect: cannot-judge (import)
# policy: import
# exercise: ex01
"""Reaches asyncio through a module that is allowed and has imported it."""

import anyio

gather = anyio._backends._asyncio.asyncio.gather


async def join(*fns):
    return await gather(*(fn() for fn in fns))
