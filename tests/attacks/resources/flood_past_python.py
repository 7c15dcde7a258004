# expect: fails
# policy: import
"""Writes past Python to the descriptors of output."""

import os


async def answer():
    for _ in range(500):
        os.write(1, b"\x1b]0;passed\x07" * 4096)
        os.write(2, b"\n" * 65536)
    return 2
