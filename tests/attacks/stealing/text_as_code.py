# expect: cannot-judge (off-limits)
# policy: off-limits
# exercise: ex01
"""Hides the answer in a text and has it evaluated."""

import anyio


async def join(*fns):
    return await eval("any" + "io.gath" + "er")(*fns)
