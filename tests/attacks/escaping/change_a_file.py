# expect: fails or crashed
# policy: import
# level: 2
"""Changes the times and rights of files that are there."""

import os


async def answer():
    for change in (
        lambda path: os.utime(path),
        lambda path: os.chmod(path, os.stat(path).st_mode),
        lambda path: os.chown(path, -1, -1),
    ):
        for path in (os.__file__, "/tmp", "/dev/null"):
            try:
                change(path)
                return 1
            except OSError:
                continue
    return 2
