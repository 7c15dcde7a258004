# expect: fails
# policy: nothing
# exercise: ex01
"""Raises an error that looks like the one that the caller expects, without running anything."""


async def join(*fns):
    raise ValueError("boom")
