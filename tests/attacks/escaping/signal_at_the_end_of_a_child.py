# expect: fails
# policy: import
# level: 2
"""Has a child whose end sends a signal that is not the one of children."""

import ctypes
import os
import signal


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    found = libc.syscall(number, signal.SIGURG, None, None, None, None)
    if found == 0:
        os._exit(0)
    return 1 if found > 0 else 2
