# expect: fails or crashed
# policy: import
# level: 2
"""Lists the processes of this machine."""

import os


async def answer():
    try:
        return 1 if len([name for name in os.listdir("/proc") if name.isdigit()]) > 1 else 2
    except OSError:
        return 2
