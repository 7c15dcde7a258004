# expect: fails
# policy: nothing
"""True equals 1 in Python."""


async def answer():
    return True
