# expect: fails or crashed
# policy: import
# level: 2
"""Attaches to its parent as a debugger."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(0x4206, os.getppid(), None, None) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
