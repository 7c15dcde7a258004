# expect: crashed
# policy: import
"""Has itself killed as if the computer had no memory left, in the first play and in the one that is played again."""

import os
import signal


async def answer():
    os.kill(os.getpid(), signal.SIGKILL)
