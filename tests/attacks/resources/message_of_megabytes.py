# expect: raised
# policy: nothing
"""An error with a message of a hundred megabytes."""


async def answer():
    raise ValueError("x" * 10**8)
