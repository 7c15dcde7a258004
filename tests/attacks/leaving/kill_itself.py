# expect: crashed or raised
# policy: import
"""Kills its own process."""

import os
import signal


async def answer():
    os.kill(os.getpid(), signal.SIGKILL)
