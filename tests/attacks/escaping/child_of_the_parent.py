# expect: fails
# policy: import
# level: 2
"""Has a child that is its parent's."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    found = libc.syscall(number, 0x8011, None, None, None, None)
    if found == 0:
        os._exit(0)
    return 1 if found > 0 else 2
