# expect: fails or crashed or limit
# policy: import
"""Lowers the recursion limit to where it stands, so that the grader's own calls are too deep."""

import sys


async def answer():
    for limit in range(1, 200):
        try:
            sys.setrecursionlimit(limit)
            break
        except RecursionError:
            pass
    return 2
