# expect: fails
# policy: import
# level: 2
"""Signals the group of its parent."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 62, "aarch64": 129}[os.uname().machine]
    found = libc.syscall(number, -os.getppid(), 0)
    return 1 if found == 0 else 2
