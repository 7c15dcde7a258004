# expect: crashed
# policy: import
"""Puts another file in the place of the descriptor on which answers are written."""

import os


async def answer():
    os.dup2(1, 4)
    return 1
