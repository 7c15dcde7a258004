# expect: fails
# policy: nothing
"""The right value inside of a list."""


async def answer():
    return [1]
