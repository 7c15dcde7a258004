# expect: crashed or raised
# policy: import
"""Becomes an interpreter that prints what a grader might print."""

import os
import sys


async def answer():
    os.execv(sys.executable, [sys.executable, "-c", 'print("1 passed")'])
