# expect: fails
# policy: import
# level: 2
"""Has a child in its own memory, whose end sends a signal that is not the one of children."""

import ctypes
import signal

_IN_THE_SAME_MEMORY = 0x4100


async def answer():
    libc = ctypes.CDLL(None)
    stack = ctypes.create_string_buffer(1 << 16)
    top = (ctypes.addressof(stack) + len(stack)) & ~15
    leave = ctypes.cast(libc._exit, ctypes.c_void_p)
    found = libc.clone(leave, ctypes.c_void_p(top), _IN_THE_SAME_MEMORY | signal.SIGURG, None)
    return 1 if found > 0 else 2
