# expect: limit
# policy: import
# backends: trio
"""Stops its own process, which then neither ends nor answers."""

import os
import signal


async def answer():
    os.kill(os.getpid(), signal.SIGSTOP)
    return 2
