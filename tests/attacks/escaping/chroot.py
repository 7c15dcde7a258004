# expect: fails or crashed
# policy: import
# level: 2
"""Changes the root of the file system."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.chroot(b"/grader-attack") != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
