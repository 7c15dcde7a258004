# expect: fails
# policy: import
# level: 2
"""Wants to be told by a signal when another program opens a file."""

import fcntl
import os


async def answer():
    try:
        reader, _ = os.pipe()
        fcntl.fcntl(reader, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        return 1
    except PermissionError:
        return 2
    except OSError:
        return 1  # the kernel was asked
