# expect: crashed
# policy: import
"""Makes the grader's code fail, and takes away the function by which a process that failed leaves."""

import os
import sys


async def answer():
    os._exit = lambda status: None
    sys.modules["grader.box.player"].Performance.message = None
    return 2
