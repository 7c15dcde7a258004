# expect: tampered
# policy: import
"""Writes zeros."""

import os


async def answer():
    os.write(4, bytes(1000) + b"\n")
    return 1
