# expect: fails
# policy: nothing
"""A package that is called like the library."""

import anyio


async def answer():
    return getattr(anyio, "one", 2)


# ---- beside: anyio/__init__.py ----
one = 1


# ---- beside: anyio/lowlevel.py ----
one = 1
