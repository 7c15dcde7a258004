# expect: tampered
# policy: import
"""Answers the next request in the words of the grader: that a fault of its own keeps it from playing."""

import os


async def answer():
    os.set_blocking(3, False)
    try:
        coming = os.read(3, 1 << 16).count(b"\n")
    except BlockingIOError:
        coming = 0
    os.write(4, b'{"ready":true}\n{"fault":"MemoryError: "}\n' * max(1, coming))
    os._exit(1)
