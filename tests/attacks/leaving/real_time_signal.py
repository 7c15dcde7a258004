# expect: crashed or raised
# policy: import
"""Dies of a signal that has no name."""

import os


async def answer():
    os.kill(os.getpid(), 40)
