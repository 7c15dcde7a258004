# expect: fails
# policy: please-look
"""Modules that are called like those of the standard library."""

import functools
import json
import random
import typing


async def answer():
    for module in (json, random, typing, functools):
        if hasattr(module, "one"):
            return 1
    return 2


# ---- beside: json.py ----
one = 1


# ---- beside: random.py ----
one = 1


# ---- beside: typing.py ----
one = 1


# ---- beside: functools.py ----
one = 1


# ---- beside: asyncio.py ----
one = 1
