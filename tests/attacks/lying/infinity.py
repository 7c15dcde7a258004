# expect: fails
# policy: nothing
"""More than every number."""


async def answer():
    return float("inf")
