# expect: fails
# policy: import
# spoils: the second question
"""Makes everything that a scenario notes vanish."""

import sys

_stage = sys.modules["grader.box.stage"].Stage
_stage.mark = _stage._open = _stage._append = lambda *args: [None] * 6
_stage.encode = lambda self, value: None


async def answer():
    return 2
