# expect: limit
# policy: nothing
"""A dict of 12,000 integers that all have one hash."""

from anyio.lowlevel import checkpoint


async def answer():
    found = {}
    for number in range(12_000):
        found[number * (2**61 - 1)] = 0
        if number % 200 == 0:
            await checkpoint()
    return found
