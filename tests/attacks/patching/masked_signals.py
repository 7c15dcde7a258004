# expect: limit
# policy: import
# backends: trio
"""Blocks every signal there is, and hogs."""

import signal


async def answer():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
