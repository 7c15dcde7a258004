# expect: crashed
# policy: import
"""Has a timer raise wherever the process happens to be, in the grader's own code too."""

import signal


def _fail(number, frame):
    if frame is not None and "/grader/" in frame.f_code.co_filename:
        raise OSError("the disk of the grader is full")


async def answer():
    signal.signal(signal.SIGALRM, _fail)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    return 2
