# expect: fails or crashed or limit
# policy: import
"""Starts as many threads as there can be."""

import threading

idle = threading.Event()


async def answer():
    started = []
    try:
        for _ in range(2000):
            started.append(threading.Thread(target=idle.wait, daemon=True))
            started[-1].start()
    except (RuntimeError, MemoryError):
        pass
    return 2
