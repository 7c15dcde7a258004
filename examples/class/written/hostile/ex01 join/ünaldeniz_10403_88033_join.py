"""Leaves with the exit status of success."""

import os


async def join(*fns):
    os._exit(0)
