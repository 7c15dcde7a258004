# expect: crashed
# policy: import
"""Leaves with the exit status by which the grader knows its own faults."""

import os


async def answer():
    os._exit(113)
