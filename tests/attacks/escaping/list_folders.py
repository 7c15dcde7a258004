# expect: fails or crashed
# policy: import
# level: 2
"""Lists folders that are none of its business."""

import os


async def answer():
    for path in ("/etc", "/home", "/root", "/tmp", "/var", "/work"):
        try:
            if os.listdir(path):
                return 1
        except OSError:
            continue
    return 2
