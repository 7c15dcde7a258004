# expect: fails
# policy: nothing
"""Integers as long as they may cross, thousands of them."""


async def answer():
    return [10**350 + number for number in range(8000)]
