# expect: crashed or blocked-loop
# policy: import
"""Leaves from a thread, while the answer is still being waited for."""

import os
import threading


async def answer():
    threading.Thread(target=os._exit, args=(0,)).start()
    while True:
        pass
