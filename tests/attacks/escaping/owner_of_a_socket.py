# expect: fails
# policy: import
# level: 2
"""Has the kernel kill its parent when a byte arrives."""

import fcntl
import os
import signal
import socket


async def answer():
    try:
        ours, theirs = socket.socketpair()
        fcntl.fcntl(ours, fcntl.F_SETOWN, os.getppid())
        fcntl.fcntl(ours, 10, signal.SIGKILL)
        fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)
        theirs.send(b"x")
        return 1
    except OSError:
        return 2
