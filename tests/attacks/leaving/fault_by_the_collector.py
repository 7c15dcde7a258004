# expect: fails or crashed
# policy: import
"""Raises while garbage is collected, as the grader has it done when a play is over."""

import gc


class _Cycle:
    def __init__(self):
        self.me = self

    def __del__(self):
        raise OSError("the disk of the grader is full")


def _fail(phase, info):
    raise OSError("the disk of the grader is full")


async def answer():
    gc.callbacks.append(_fail)
    _Cycle()
    return 2
