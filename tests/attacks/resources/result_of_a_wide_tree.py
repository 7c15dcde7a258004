# expect: limit
# policy: nothing
# backends: trio
"""A list of itself, ten times over, on every level."""


async def answer():
    wide = []
    wide += [wide] * 10
    return wide
