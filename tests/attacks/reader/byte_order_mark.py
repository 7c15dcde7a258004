# expect: tampered
# policy: import
"""Writes a line that begins with the mark of an encoding."""

import os


async def answer():
    os.write(4, b"\xef\xbb\xbf{}\n")
    return 1
