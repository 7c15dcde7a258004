# expect: fails or crashed
# policy: import
# level: 2
"""Sends a signal by a descriptor, for which a folder of /proc will do."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 424, "aarch64": 424}[os.uname().machine]
    folder = os.open("/proc/self/task", os.O_RDONLY)
    found = libc.syscall(number, folder, 0, None, 0)
    return 1 if found == 0 else 2
