# expect: tampered
# policy: import
"""Writes five megabytes without an end of the line."""

import os


async def answer():
    os.set_blocking(4, True)
    for _ in range(100):
        os.write(4, b"[" * 50_000)
    return 1
