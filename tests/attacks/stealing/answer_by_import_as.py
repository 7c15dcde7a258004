# expect: cannot-judge (off-limits)
# policy: off-limits
# exercise: ex01
"""Imports the answer as something else."""

from anyio import gather as join_them


async def join(*fns):
    return await join_them(*fns)
