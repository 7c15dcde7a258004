# expect: crashed
# policy: import
"""Is killed by an alarm clock that it has set."""

import signal


async def answer():
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass
