# expect: fails
# policy: nothing
"""A module that is called like the library."""

import anyio


async def answer():
    return getattr(anyio, "one", 2)


# ---- beside: anyio.py ----
one = 1
