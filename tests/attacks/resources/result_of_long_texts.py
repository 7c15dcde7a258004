# expect: limit
# policy: nothing
"""A result of texts that are too long together."""


async def answer():
    return ["x" * 200_000] * 100
