# expect: fails or crashed
# policy: import
# level: 2
"""Changes the priority of its parent."""

import os


async def answer():
    try:
        os.setpriority(os.PRIO_PROCESS, os.getppid(), os.getpriority(os.PRIO_PROCESS, os.getppid()))
        return 1
    except OSError:
        return 2
