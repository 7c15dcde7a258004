# expect: crashed or fails
# policy: import
"""Allows itself no more memory when its answer is ready and takes the rest, so that none is left for the message."""

import resource

hoard = None


async def answer():
    global hoard
    resource.setrlimit(resource.RLIMIT_AS, (1, 1))
    for size in (100_000, 10_000, *range(4000, 0, -40)):
        try:
            while True:
                hoard = hoard, bytes(size)
        except MemoryError:
            continue
    return 2
