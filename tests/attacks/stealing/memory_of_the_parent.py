# expect: fails
# policy: import
# level: 2
"""Reads the memory of its parent."""

import os


async def answer():
    try:
        with open(f"/proc/{os.getppid()}/mem", "rb") as file:
            file.seek(0x400000)
            return 1 if file.read(16) else 2
    except OSError:
        return 2
