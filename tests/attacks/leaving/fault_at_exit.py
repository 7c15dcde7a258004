# expect: crashed
# policy: import
"""Says that the grader has failed when its process ends."""

import atexit
import os
import sys


def _say():
    os.write(4, b'{"fault":"OSError: the disk of the grader is full"}\n')


async def answer():
    atexit.register(_say)
    atexit._run_exitfuncs()
    os._exit(70)
