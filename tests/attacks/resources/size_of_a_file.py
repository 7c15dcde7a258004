# expect: fails
# policy: please-look
# level: 2
# backends: trio
"""Writes a file of four gigabytes where it can."""


async def answer():
    for folder in ("/tmp", "/dev/shm", "/var/tmp", "."):
        try:
            with open(f"{folder}/grader-attack", "wb") as file:
                for _ in range(4096):
                    file.write(bytes(1 << 20))
            return 1
        except OSError:
            continue
    return 2
