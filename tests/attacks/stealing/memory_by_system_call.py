# expect: fails or crashed
# policy: import
# level: 2
"""Copies memory out of its parent with process_vm_readv."""

import ctypes
import os


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)
    call = libc.ptrace(16, os.getppid(), None, None)
    return 1 if call == 0 else 2
