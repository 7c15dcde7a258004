# expect: crashed or raised
# policy: import
"""Becomes another program, which succeeds."""

import os


async def answer():
    os.execv("/bin/true", ["true"])
