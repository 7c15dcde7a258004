# expect: fails or crashed
# policy: import
# level: 2
"""Reads by way of the links that /proc offers."""

import os


async def answer():
    for path in (
        "/proc/self/root/etc/passwd",
        "/proc/self/cwd/etc/passwd",
        "/proc/1/root/etc/passwd",
        "/dev/fd/0/../../etc/passwd",
    ):
        try:
            os.close(os.open(path, os.O_RDONLY))
            return 1
        except OSError:
            continue
    return 2
