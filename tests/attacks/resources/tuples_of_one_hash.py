# expect: limit
# policy: nothing
"""Thousands of tuples that all have one hash, made of two integers that share one."""

from itertools import islice, product


async def answer():
    return [*islice(product((0, 2**61 - 1), repeat=12), 3800)]
