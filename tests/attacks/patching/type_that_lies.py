# expect: crashed
# policy: import
# spoils: the second question
"""Replaces type, by which values are told apart."""

import builtins

builtins.type = lambda value: int


async def answer():
    return 2
