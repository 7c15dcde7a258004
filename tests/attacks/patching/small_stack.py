# expect: fails or crashed or limit or never-yields or deadlock or blocked-loop or raised
# policy: import
# spoils: the second question
"""Leaves the player no stack to work with."""

import sys

sys.setrecursionlimit(60)


async def answer():
    return 2
