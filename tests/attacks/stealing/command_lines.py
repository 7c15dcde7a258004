# expect: fails
# policy: import
# level: 2
"""Reads the command line of every process that it can see."""

import glob


async def answer():
    found = 0
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                found += b"pytest" in file.read()
        except OSError:
            continue
    return 1 if found else 2
