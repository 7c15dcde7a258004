# expect: fails
# policy: import
"""Walks up the frames to where the expectation ought to be."""

import sys


async def answer():
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
            if name == "expected" or name.startswith("test_"):
                return 1
        frame = frame.f_back
    return 2
