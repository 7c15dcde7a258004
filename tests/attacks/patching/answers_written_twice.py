# expect: tampered
# policy: import
"""Replaces the function that writes an answer, so that it writes it twice."""

import sys

_zygote = sys.modules.get("grader.box.zygote") or sys.modules["__main__"]
_send = _zygote._send


def _twice(message):
    _send(message)
    _send(message)


_zygote._send = _twice


async def answer():
    return 1
