# expect: tampered
# policy: import
"""Writes an object with nothing in it."""

import os


async def answer():
    os.write(4, b"{}\n")
    return 1
