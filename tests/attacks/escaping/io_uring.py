# expect: fails or crashed
# policy: import
# level: 2
"""Does its input and output by a queue, past the filter of system calls."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(425, 1, None) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
