# expect: crashed
# policy: import
"""Closes the descriptor on which answers are written."""

import os


async def answer():
    os.close(4)
    return 1
