# expect: fails
# policy: import
# level: 2
"""Binds a socket to a device of the network."""

import socket


async def answer():
    try:
        ours, _ = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, 25, b"lo")
        return 1
    except PermissionError:
        return 2
    except OSError:
        return 1  # the kernel was asked
