# expect: fails
# policy: nothing
"""A coroutine that would return something if anybody awaited it."""


async def answer():
    return other()
