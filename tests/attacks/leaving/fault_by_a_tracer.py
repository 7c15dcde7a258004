# expect: crashed
# policy: import
"""Raises at a line of the grader's player, when that asks for the time or writes its message."""

import sys


def _trace(frame, event, given):
    if "/grader/" in frame.f_code.co_filename and event == "call" and frame.f_code.co_name in ("message", "dumps"):
        raise MemoryError
    return _trace


async def answer():
    sys.settrace(_trace)
    return 2
