# expect: crashed
# policy: import
"""Leaves in a clean-up, after having waited for nobody."""

import os

import anyio


async def answer():
    try:
        await anyio.sleep(1)
    finally:
        os._exit(0)
