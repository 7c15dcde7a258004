# expect: fails or crashed
# policy: import
# level: 2
"""Connects to a machine elsewhere."""

import socket


async def answer():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
            one.settimeout(0.2)
            one.connect(("198.51.100.1", 80))
        return 1
    except ConnectionRefusedError:
        return 1  # somebody was asked
    except OSError:
        return 2
