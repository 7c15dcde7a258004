# expect: fails
# policy: import
# level: 2
"""Sends a signal by a descriptor, for which a folder of /proc will do: anything but a refusal of the call is a way."""

import ctypes
import errno
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 424, "aarch64": 424}[os.uname().machine]
    try:
        folder = os.open("/proc/self", os.O_RDONLY)
    except OSError:
        folder = -1  # whatever it is given: a call that is let through does not say that it is refused
    found = libc.syscall(number, folder, 0, None, 0)
    return 2 if found == -1 and ctypes.get_errno() == errno.EPERM else 1
