# expect: fails or crashed
# policy: import
# level: 2
"""Becomes somebody else, or stays root."""

import os


async def answer():
    try:
        os.setresuid(0, 0, 0)
        os.close(os.open("/etc/shadow", os.O_RDONLY))
        return 1
    except OSError:
        return 2
