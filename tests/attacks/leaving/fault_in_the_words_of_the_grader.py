# expect: crashed
# policy: import
"""Says in the grader's own words that the grader has failed, and leaves."""

import os


async def answer():
    os.write(4, b'{"fault":"OSError: the disk of the grader is full"}\n')
    os._exit(70)
