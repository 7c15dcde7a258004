# expect: fails
# policy: import
# level: 2
"""Loads a program of its own into the kernel, by a socket that may be there."""

import socket


async def answer():
    try:
        ours, _ = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, 26, bytes(16))
        return 1
    except PermissionError:
        return 2
    except OSError:
        return 1  # the kernel was asked
