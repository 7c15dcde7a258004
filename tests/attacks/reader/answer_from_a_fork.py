# expect: raised or tampered
# policy: import
"""Two processes answer every question from now on."""

import os


async def answer():
    clone = os.fork()
    if clone:
        os.waitpid(clone, 0)
    return 1
