# expect: crashed or deadlock
# policy: import
# spoils: the second question
"""Replaces built-in functions that the player might use."""

import builtins

builtins.len = lambda *args: 1
builtins.repr = builtins.str = lambda *args: "1"
builtins.isinstance = builtins.issubclass = lambda *args: True


async def answer():
    return 2
