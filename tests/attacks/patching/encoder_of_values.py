# expect: fails
# policy: import
# spoils: the second question
"""Replaces the function that turns values into what crosses."""

import sys


def _encode(self, value, depth=0):
    return "passed"


sys.modules["grader.wire.values"].Encoder.encode = _encode


async def answer():
    return 2
