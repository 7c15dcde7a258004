# expect: crashed or raised
# policy: import
"""Recurses until the stack of the process is full."""

import sys


def deeper(number):
    return deeper(number + 1) if max(number, key=lambda one: deeper(one), default=0) else 1


async def answer():
    sys.setrecursionlimit(10**9)
    return deeper(0)
