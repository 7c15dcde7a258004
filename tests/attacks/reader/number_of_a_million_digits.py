# expect: tampered
# policy: import
# backends: trio
"""Writes a number that takes a square of its length to read."""

import os


async def answer():
    for _ in range(20):
        os.write(4, b"9" * 50_000)
    os.write(4, b"\n")
    return 1
