# expect: tampered or crashed or blocked-loop
# policy: import
"""Answers the next request in the words of the grader: that a fault of its own keeps it from playing."""

import os


async def answer():
    requests = os.read(3, 1 << 16)
    os.write(4, b'{"ready":true}\n{"fault":"MemoryError: "}\n' * max(1, requests.count(b"\n")))
    os._exit(1)
