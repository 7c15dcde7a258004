# expect: fails
# policy: nothing
"""NaN, for which every comparison is odd."""


async def answer():
    return float("nan")
