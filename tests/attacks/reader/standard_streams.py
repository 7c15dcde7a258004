# expect: fails
# policy: import
"""Writes lines of the protocol to everything but the descriptor that they belong on."""

import os


async def answer():
    for number in (0, 1, 2, 3):
        try:
            os.write(number, b'{"result": 1}\n')
        except OSError:
            continue
    return 2
