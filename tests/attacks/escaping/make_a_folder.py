# expect: fails or crashed
# policy: import
# level: 2
"""Makes folders, links and pipes."""

import os


async def answer():
    for make in (os.mkdir, os.mkfifo, lambda path: os.symlink("/", path), lambda path: os.link("/etc/passwd", path)):
        for folder in ("/tmp", "/dev/shm", "."):
            try:
                make(f"{folder}/grader-attack")
                return 1
            except OSError:
                continue
    return 2
