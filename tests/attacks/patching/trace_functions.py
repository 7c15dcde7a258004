# expect: fails
# policy: import
# spoils: the second question
"""Installs trace functions that run between any two lines of the player."""

import sys
import threading


def _trace(frame, event, value):
    if frame.f_code.co_name == "message":
        frame.f_locals["ended"] = "returned"
    return _trace


sys.settrace(_trace)
sys.setprofile(_trace)
threading.settrace(_trace)


async def answer():
    return 2
