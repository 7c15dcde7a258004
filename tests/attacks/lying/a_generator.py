# expect: fails
# policy: nothing
"""A generator in place of a value."""


async def answer():
    return (number for number in [1])
