# expect: tampered
# policy: import
"""Writes a line that is nested deeper than a parser can go."""

import os


async def answer():
    os.write(4, b"[" * 100_000 + b"]" * 100_000 + b"\n")
    return 1
