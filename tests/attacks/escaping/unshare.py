# expect: fails or crashed
# policy: import
# level: 2
"""Makes a namespace in which it would be root."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
