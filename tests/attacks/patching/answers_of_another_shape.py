# expect: tampered
# policy: import
"""Replaces the function that makes a line of an answer."""

import sys

_zygote = sys.modules.get("grader.box.zygote") or sys.modules["__main__"]
_zygote.dumps = lambda message: b'{"outcome": "passed", "points": 100}\n'


async def answer():
    return 1
