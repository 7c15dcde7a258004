# expect: fails or crashed
# policy: import
# level: 2
"""Speaks to services of this machine through their files."""

import socket


async def answer():
    for path in (
        "/run/docker.sock",
        "/var/run/docker.sock",
        "/run/dbus/system_bus_socket",
        "/run/systemd/notify",
        "/dev/log",
    ):
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(path)
            return 1
        except OSError:
            continue
    return 2
