# expect: fails or crashed or blocked-loop
# policy: import
# level: 2
"""Asks the network for the address of a name."""

import socket


async def answer():
    try:
        socket.getaddrinfo("localhost.localdomain", 80)
        return 1
    except OSError:
        return 2
