# expect: crashed
# policy: import
"""Aborts as a program with a broken heap does."""

import os


async def answer():
    os.abort()
