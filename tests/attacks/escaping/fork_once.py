# expect: fails or crashed
# policy: import
# level: 2
"""Forks."""

import os


async def answer():
    try:
        if os.fork() == 0:
            os._exit(0)
        return 1
    except OSError:
        return 2
