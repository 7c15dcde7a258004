# expect: crashed
# policy: import
"""Takes the grader's words away when garbage is collected, as the grader has it done after a play that ended well."""

import gc
import sys


def _fail(phase, info):
    sys.modules["grader.box.player"].Performance.message = None


async def answer():
    gc.callbacks.append(_fail)
    return 2
