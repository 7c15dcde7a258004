# expect: cannot-judge (off-limits)
# policy: off-limits
# exercise: ex01
"""Borrows the answer from the library, under a name that is put together."""

import anyio as one

two = one
three = getattr(two, "gather")


async def join(*fns):
    return await three(*fns)
