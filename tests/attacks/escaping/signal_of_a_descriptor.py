# expect: fails
# policy: import
# level: 2
"""Chooses the signal that a descriptor sends."""

import fcntl
import signal
import socket


async def answer():
    try:
        ours, _ = socket.socketpair()
        fcntl.fcntl(ours, 10, signal.SIGTERM)
        return 1
    except OSError:
        return 2
