# expect: fails or crashed
# policy: import
# spoils: the second question
"""Replaces the function with which the grader writes its lines by one that fails."""

import sys


def _fail(*given):
    raise OSError("the disk of the grader is full")


for _name in ("grader.wire.lines", "grader.box.zygote"):
    vars(sys.modules[_name])["dumps"] = _fail


async def answer():
    return 2
