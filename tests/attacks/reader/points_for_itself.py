# expect: tampered
# policy: import
"""Writes a verdict."""

import os


async def answer():
    os.write(4, b'{"status": "pass", "points": 100, "outcome": "pass"}\n')
    return 1
