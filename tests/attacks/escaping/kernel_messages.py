# expect: fails or crashed
# policy: import
# level: 2
"""Reads and writes what the kernel and its devices say."""

import os


async def answer():
    for path in (
        "/dev/kmsg",
        "/dev/mem",
        "/dev/sda",
        "/dev/fuse",
        "/dev/kvm",
        "/dev/net/tun",
        "/proc/kcore",
        "/proc/sysrq-trigger",
    ):
        try:
            os.close(os.open(path, os.O_RDONLY))
            return 1
        except OSError:
            continue
    return 2
