# expect: fails or crashed
# policy: import
# level: 2
"""Asks whether it may signal its parent."""

import os


async def answer():
    try:
        os.kill(os.getppid(), 0)
        return 1
    except OSError:
        return 2
