# expect: limit
# policy: import
# backends: trio
"""Ignores the signal by which a hog is noticed, and hogs."""

import signal

for _number in (signal.SIGPROF, signal.SIGALRM, signal.SIGVTALRM, signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, signal.SIG_IGN)


async def answer():
    while True:
        pass
