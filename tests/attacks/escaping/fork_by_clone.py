# expect: fails or crashed
# policy: import
# level: 2
"""Forks by the system call of threads."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    process = libc.syscall(number, 17, None, None, None, None)
    if process == 0:
        os._exit(0)
    return 1 if process > 0 else 2
