# expect: raised
# policy: nothing
"""A group of a hundred thousand errors."""


async def answer():
    raise ExceptionGroup("", [ValueError("x" * 2000)] * 10**5)
