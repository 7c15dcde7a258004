# expect: fails or crashed
# policy: import
# level: 2
"""Takes a name in the place where sockets need no file."""

import socket


async def answer():
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(0.2)
            one.bind("\0grader-attack")
        return 1
    except ConnectionRefusedError:
        return 1  # somebody was asked
    except OSError:
        return 2
