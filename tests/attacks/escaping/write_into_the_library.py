# expect: fails or crashed
# policy: import
# level: 2
"""Writes a module into the folders that Python imports from."""

import sys


async def answer():
    for folder in sys.path:
        try:
            with open(f"{folder}/grader-attack.pth", "w") as file:
                file.write("import os")
            return 1
        except OSError:
            continue
    return 2
