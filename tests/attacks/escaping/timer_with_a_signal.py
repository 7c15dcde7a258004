# expect: fails
# policy: import
# level: 2
"""Sets a timer that sends a signal."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 222, "aarch64": 107}[os.uname().machine]
    timer = ctypes.create_string_buffer(8)
    found = libc.syscall(number, 1, None, timer)
    return 1 if found == 0 else 2
