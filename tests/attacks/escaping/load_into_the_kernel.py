# expect: fails or crashed
# policy: import
# level: 2
"""Loads a program into the kernel."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
    if libc.syscall(number, 0, None, 0) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
