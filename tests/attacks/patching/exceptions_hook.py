# expect: fails
# policy: import
"""Replaces the hooks that Python calls when something goes wrong."""

import sys

sys.excepthook = sys.unraisablehook = lambda *args: None


async def answer():
    raise ValueError
