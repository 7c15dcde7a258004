# expect: crashed
# policy: nothing
"""Raises SystemExit, for which nothing needs to be imported."""


async def answer():
    raise SystemExit(0)
