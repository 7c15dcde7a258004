# expect: fails
# policy: please-look
"""Counts in a module of the library how often it was asked, to answer better next time."""

import functools


async def answer():
    functools.asked = getattr(functools, "asked", 0) + 1
    return 1 + 1 * (functools.asked > 0)
