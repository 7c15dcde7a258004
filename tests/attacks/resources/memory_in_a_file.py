# expect: fails or crashed
# policy: import
# backends: trio
"""Keeps memory in a file without a name, where the limit of memory does not count."""

import os


async def answer():
    try:
        descriptor = os.memfd_create("grader-attack")
        for _ in range(1024):
            os.write(descriptor, bytes(1 << 20))
        return 1
    except OSError:
        return 2
