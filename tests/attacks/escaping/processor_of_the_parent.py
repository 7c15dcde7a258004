# expect: fails or crashed
# policy: import
# level: 2
"""Changes on which processors its parent may run."""

import os


async def answer():
    try:
        os.sched_setaffinity(os.getppid(), os.sched_getaffinity(os.getppid()))
        return 1
    except OSError:
        return 2
