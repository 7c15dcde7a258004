# expect: limit or blocked-loop
# policy: nothing
# backends: trio
"""A regular expression that backtracks for ever."""

import re


async def answer():
    return re.match(r"(a+)+$", "a" * 60 + "b")
