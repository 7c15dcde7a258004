# expect: fails or crashed
# policy: import
# level: 2
"""Makes a segment of shared memory, which outlives processes."""

import ctypes


async def answer():
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.shmget(0x67726164, 1 << 20, 0o1666)
    if number >= 0:
        libc.shmctl(number, 0, None)
        return 1
    return 2
