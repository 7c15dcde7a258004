# expect: fails or crashed
# policy: import
# level: 2
"""Asks whether it may signal every process there is."""

import os


async def answer():
    try:
        os.kill(-1, 0)
        return 1
    except OSError:
        return 2
