# expect: fails or raised
# policy: import
# level: 2
"""Lists the home directory."""

import os
import pwd


async def answer():
    for folder in (pwd.getpwuid(0).pw_dir, "/root", "/home"):
        try:
            if os.listdir(folder):
                return 1
        except OSError:
            continue
    return 2
