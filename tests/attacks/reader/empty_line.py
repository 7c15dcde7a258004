# expect: tampered
# policy: import
"""Writes an empty line."""

import os


async def answer():
    os.write(4, b"\n")
    return 1
