# expect: crashed
# policy: import
"""Breaks the function that says how a play went, in each play anew."""

import sys


def _fail(*given, **options):
    raise OSError("the disk of the grader is full")


async def answer():
    sys.modules["grader.box.player"].Performance.message = _fail
    return 2
