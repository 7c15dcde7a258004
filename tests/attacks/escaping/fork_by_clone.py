# expect: fails or crashed
# policy: import
# level: 2
"""Forks by the system call of threads."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    process = libc.syscall(56, 17, None, None, None, None)
    if process == 0:
        os._exit(0)
    return 1 if process > 0 else 2
