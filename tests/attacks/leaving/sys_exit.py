# expect: crashed
# policy: import
"""Leaves as a program would."""

import sys


async def answer():
    sys.exit(0)
