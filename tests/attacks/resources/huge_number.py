# expect: fails
# policy: nothing
"""A number of three hundred thousand digits."""


async def answer():
    return 1 << 10**6
