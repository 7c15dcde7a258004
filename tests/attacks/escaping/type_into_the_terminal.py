# expect: fails or crashed
# policy: import
# level: 2
"""Types a command into the terminal of whoever started the grader."""

import fcntl
import os
import termios


def tty():
    try:
        return [os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)]
    except OSError:
        return []


async def answer():
    for number in (0, 1, 2, *tty()):
        try:
            fcntl.ioctl(number, termios.TIOCSTI, b"#")
            return 1
        except OSError:
            continue
    return 2
