# expect: fails
# policy: import
# level: 2
"""Reads the environment of every process that it can see."""

import glob


async def answer():
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                if b"HOME=" in file.read():
                    return 1
        except OSError:
            continue
    return 2
