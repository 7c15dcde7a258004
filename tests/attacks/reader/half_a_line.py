# expect: tampered
# policy: import
"""Writes the beginning of a line, into which the real answer then runs."""

import os


async def answer():
    os.write(4, b'{"result": 1, "x": ')
    return 1
