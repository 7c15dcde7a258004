# expect: tampered
# policy: import
"""Writes objects inside of objects."""

import os


async def answer():
    os.write(4, b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"\n")
    return 1
