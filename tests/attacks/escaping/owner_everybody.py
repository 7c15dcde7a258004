# expect: fails
# policy: import
# level: 2
"""Looks for any process that the kernel would signal for it. No byte arrives."""

import fcntl
import os
import signal
import socket
from contextlib import suppress


async def answer():
    try:
        ours, _ = socket.socketpair()
        fcntl.fcntl(ours, 10, signal.SIGURG)
        for process in range(1, 4000):
            with suppress(ProcessLookupError):
                fcntl.fcntl(ours, fcntl.F_SETOWN, process)
        fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
        return 1
    except OSError:
        return 2
