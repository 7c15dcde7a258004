# expect: fails
# policy: import
"""Looks for the hidden tests among the modules that are loaded."""

import sys


async def answer():
    return (
        1
        if any("hidden" in name or name in ("pytest", "grader.judge", "grader.kit.kit") for name in sys.modules)
        else 2
    )
