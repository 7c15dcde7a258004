# expect: fails or crashed
# policy: import
# level: 2
"""Reads the keys that the kernel keeps for a session."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(250, 0, -3, 0) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
