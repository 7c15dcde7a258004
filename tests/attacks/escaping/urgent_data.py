# expect: fails
# policy: import
# level: 2
"""Has urgent data signal its parent."""

import fcntl
import os
import socket


async def answer():
    try:
        ours, theirs = socket.socketpair()
        fcntl.fcntl(ours, fcntl.F_SETOWN, os.getppid())
        theirs.send(b"x", socket.MSG_OOB)
        return 1
    except OSError:
        return 2
