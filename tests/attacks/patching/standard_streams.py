# expect: fails
# policy: import
"""Takes away where output goes."""

import sys

sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None


async def answer():
    return 2
