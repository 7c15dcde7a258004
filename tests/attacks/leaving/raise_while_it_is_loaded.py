# expect: raised or crashed
# policy: nothing
"""Raises SystemExit while the file is loaded."""

raise SystemExit(0)


async def answer():
    return 1


async def other():
    return "fine"
