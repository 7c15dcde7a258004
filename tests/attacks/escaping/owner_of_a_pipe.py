# expect: fails
# policy: import
# level: 2
"""Has the kernel kill its parent by the newer call for it, when a byte arrives in a pipe."""

import fcntl
import os
import signal
import struct


async def answer():
    try:
        ours, theirs = os.pipe()
        fcntl.fcntl(ours, 15, struct.pack("=ii", 1, os.getppid()))
        fcntl.fcntl(ours, 10, signal.SIGKILL)
        fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)
        os.write(theirs, b"x")
        return 1
    except OSError:
        return 2
