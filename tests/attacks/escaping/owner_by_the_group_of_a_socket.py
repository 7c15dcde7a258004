# expect: fails
# policy: import
# level: 2
"""Has the kernel signal the group of its parent, by the call for sockets."""

import fcntl
import os
import socket
import struct


async def answer():
    try:
        ours, theirs = socket.socketpair()
        fcntl.ioctl(ours, 0x8902, struct.pack("=i", -os.getppid()))
        fcntl.ioctl(ours, 0x5452, struct.pack("=i", 1))
        theirs.send(b"x")
        return 1
    except OSError:
        return 2
