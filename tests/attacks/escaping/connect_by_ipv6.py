# expect: fails or crashed
# policy: import
# level: 2
"""Connects to this machine by the newer protocol."""

import socket


async def answer():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as one:
            one.settimeout(0.2)
            one.connect(("::1", 9))
        return 1
    except ConnectionRefusedError:
        return 1  # somebody was asked
    except OSError:
        return 2
