# expect: blocked-loop or limit
# policy: import
# backends: trio
"""Writes a byte now and then, for ever."""

import os
import time


async def answer():
    while True:
        os.write(4, b" ")
        time.sleep(0.01)
