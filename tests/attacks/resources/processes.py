# expect: fails
# policy: import
# backends: trio
"""Starts as many processes as there can be."""

import os
import signal


async def answer():
    for _ in range(20):
        try:
            if os.fork() == 0:
                while True:
                    signal.pause()  # a sleep would be virtual, and the loop a busy one
        except OSError:
            break
    return 2
