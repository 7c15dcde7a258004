# expect: fails or crashed
# policy: import
# level: 2
"""Opens a file by its number, past the rules for paths."""

import ctypes
import os
import errno

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.open_by_handle_at(-100, None, 0) != -1 or ctypes.get_errno() not in REFUSED:
        return 1
    return 2
