# expect: blocked-loop or limit
# policy: nothing
# backends: trio
"""Turns a number of a million digits into text."""


async def answer():
    return len(str(10**4_000_000))
