# expect: fails
# policy: please-look
# spoils: the second question
"""A clock of the standard library that runs backwards."""

import itertools
import time

_back = itertools.count(0, -1)
time.monotonic = time.perf_counter = lambda: float(next(_back))


async def answer():
    return 2
