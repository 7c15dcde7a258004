# expect: fails or crashed
# policy: import
# level: 2
"""Makes a message queue, which outlives processes."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.msgget(0x67726164, 0o600) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
