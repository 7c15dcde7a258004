# expect: fails or crashed
# policy: please-look
# level: 2
"""Reads what every process of a machine can read."""


async def answer():
    for path in ("/etc/passwd", "/etc/hostname", "/etc/shadow", "/root/.bashrc"):
        try:
            with open(path, "rb") as file:
                file.read(1)
            return 1
        except OSError:
            continue
    return 2
