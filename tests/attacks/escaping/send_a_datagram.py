# expect: fails or crashed
# policy: import
# level: 2
"""Sends a datagram, which needs no answer."""

import socket


async def answer():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.2)
            one.sendto(b"x", ("127.0.0.1", 9))
        return 1
    except ConnectionRefusedError:
        return 1  # somebody was asked
    except OSError:
        return 2
