# expect: limit
# policy: import
"""Really sleeps in a worker thread, which is a real thing to wait for, and never ends."""

import time

import anyio

nap = next(each for each in time.sleep.__globals__.values() if repr(each) == "<built-in function sleep>")


def work():
    while True:
        nap(0.05)


async def answer():
    await anyio.to_thread.run_sync(work)
    return 2
