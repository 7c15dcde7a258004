# expect: fails or crashed
# policy: import
# level: 2
"""Waits for others to connect."""

import socket


async def answer():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
            one.settimeout(0.2)
            one.bind(("127.0.0.1", 0))
        return 1
    except ConnectionRefusedError:
        return 1  # somebody was asked
    except OSError:
        return 2
