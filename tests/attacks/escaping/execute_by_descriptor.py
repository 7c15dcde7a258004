# expect: fails or crashed
# policy: import
# level: 2
"""Runs a file by a descriptor."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 322, "aarch64": 281}[os.uname().machine]
    if libc.syscall(number, -1, b"/bin/grader-attack", None, None, 0) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
