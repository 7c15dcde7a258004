# expect: raised
# policy: nothing
"""Asks for a terabyte."""


async def answer():
    return bytes(10**12)
