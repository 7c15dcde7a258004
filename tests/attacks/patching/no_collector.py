# expect: fails
# policy: import
"""Switches off the garbage collector, which finds what was left behind."""

import gc

gc.disable()
gc.collect = lambda *args: 0


async def answer():
    return 2
