# expect: fails
# policy: import
# level: 2
"""Wants to outlive its parent."""

import ctypes


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.prctl(1, 0, 0, 0, 0)
    return 1 if found == 0 else 2
