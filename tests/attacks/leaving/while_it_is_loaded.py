# expect: crashed
# policy: import
"""Leaves while the file is loaded, before anybody has asked anything."""

import os

os._exit(0)


async def answer():
    return 1


async def other():
    return "fine"
