# expect: fails or crashed
# policy: import
# spoils: the second question
"""Reads the questions that are still to come, before the player does."""

import os


async def answer():
    os.set_blocking(3, False)
    try:
        os.read(3, 1 << 16)
    except BlockingIOError:
        pass
    return 2
