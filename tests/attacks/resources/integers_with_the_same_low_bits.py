# expect: fails
# policy: nothing
"""Keys of different hashes that a dict first looks for in the same place."""


async def answer():
    return {number << 45: 0 for number in range(20_000)}
