# expect: fails
# policy: import
# level: 2
"""Looks for the files of other learners."""

import glob


async def answer():
    found = [path for folder in ("/tmp", "/home", "/root") for path in glob.glob(f"{folder}/*/*.py")]
    return 1 if found else 2
