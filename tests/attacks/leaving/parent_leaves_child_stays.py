# expect: raised or crashed
# policy: import
# backends: trio
"""Leaves, while a child process keeps all pipes open."""

import os


async def answer():
    if os.fork():
        os._exit(0)
    while True:
        pass
