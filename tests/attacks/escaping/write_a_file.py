# expect: fails or crashed
# policy: please-look
# level: 2
"""Writes a file wherever it can."""


async def answer():
    for folder in (".", "/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/run", "/root", "/home", "/proc/self"):
        try:
            with open(f"{folder}/grader-attack", "w") as file:
                file.write("here")
            return 1
        except OSError:
            continue
    return 2
