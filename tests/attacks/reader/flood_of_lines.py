# expect: tampered
# policy: import
# backends: trio
"""Writes lines for ever."""

import os


async def answer():
    os.set_blocking(4, False)
    for _ in range(100_000):
        try:
            os.write(4, b"{}\n" * 1000)
        except BlockingIOError:
            break
    return 1
