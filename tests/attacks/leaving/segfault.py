# expect: crashed or raised
# policy: import
"""Reads where there is no memory."""

import ctypes


async def answer():
    ctypes.string_at(0)
