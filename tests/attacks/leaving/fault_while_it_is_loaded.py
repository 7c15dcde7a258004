# expect: crashed
# policy: import
# spoils: the second question
"""Says that the grader has failed before any of its functions has been called."""

import os

os.write(4, b'{"fault":"OSError: the disk of the grader is full"}\n')
os._exit(1)


async def answer():
    return 2
