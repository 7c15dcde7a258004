# expect: fails or crashed
# policy: import
# level: 2
"""Unmounts something."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(b"/grader-attack", 0) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
