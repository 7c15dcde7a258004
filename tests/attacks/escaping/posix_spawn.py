# expect: fails or crashed
# policy: import
# level: 2
"""Starts a process by another call than fork."""

import os


async def answer():
    try:
        os.posix_spawn("/bin/true", ["true"], {})
        return 1
    except OSError:
        return 2
