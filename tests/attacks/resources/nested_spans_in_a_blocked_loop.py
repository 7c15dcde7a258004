# expect: fails or blocked-loop
# policy: import
"""Hundreds of spans inside each other, while the loop is blocked thousands of times: a picture of that is huge."""

import gc
import time
from contextlib import AsyncExitStack

from anyio.lowlevel import checkpoint


def stage():
    return next(each for each in gc.get_objects() if type(each).__name__ == "Stage")


async def answer():
    stolen = stage()
    async with AsyncExitStack() as stack:
        for number in range(300):
            await stack.enter_async_context(stolen.span(f"span {number}"))
        for _ in range(2500):
            time.sleep(0.01)
            await checkpoint()
    return 2
