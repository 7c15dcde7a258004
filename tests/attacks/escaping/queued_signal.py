# expect: fails
# policy: import
# level: 2
"""Queues a signal for its parent, which needs no call that is named after it."""

import ctypes
import os
import struct


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 129, "aarch64": 138}[os.uname().machine]
    information = ctypes.create_string_buffer(struct.pack("=iii", 0, 0, -1), 128)
    found = libc.syscall(number, os.getppid(), 0, information)
    return 1 if found == 0 else 2
