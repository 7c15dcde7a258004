# expect: tampered
# policy: import
"""Writes bytes that are no text."""

import os


async def answer():
    os.write(4, bytes(range(128, 256)) + b"\n")
    return 1
