# expect: fails
# policy: import
# level: 2
"""Signals the only thread of its parent."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 234, "aarch64": 131}[os.uname().machine]
    found = libc.syscall(number, os.getppid(), os.getppid(), 0)
    return 1 if found == 0 else 2
