# expect: crashed
# policy: import
"""Raises in the grader's frames, from a function that the interpreter calls in each of them."""

import sys


def _fail(frame, event, given):
    if "/grader/" in frame.f_code.co_filename and frame.f_code.co_name in ("message", "play", "_send"):
        raise OSError("the disk of the grader is full")


async def answer():
    sys.setprofile(_fail)
    return 2
