# expect: limit
# policy: nothing
"""A result that is too large to cross."""


async def answer():
    return [0] * 10**6
