# expect: limit
# policy: nothing
"""Python gives -1 and -2 the same hash, and so the tuples that differ in nothing else."""

from itertools import islice, product


async def answer():
    return {key: None for key in islice(product((-1, -2), repeat=10), 1000)}
