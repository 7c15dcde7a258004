# expect: cannot-judge (off-limits)
# policy: off-limits
# exercise: ex01
"""Borrows the answer from the library."""

import anyio


async def join(*fns):
    return await anyio.gather(*fns)
