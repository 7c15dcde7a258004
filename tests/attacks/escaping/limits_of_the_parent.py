# expect: fails or crashed
# policy: import
# level: 2
"""Asks for the limits of its parent, which it could then set."""

import os
import resource


async def answer():
    try:
        resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)
        return 1
    except OSError:
        return 2
