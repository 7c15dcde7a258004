# expect: fails
# policy: import
# level: 2
"""Wants to be told by a signal what happens in a folder of the interpreter."""

import fcntl
import os


async def answer():
    try:
        folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
        fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_CREATE)
        return 1
    except PermissionError:
        return 2
    except OSError:
        return 1  # the kernel was asked
