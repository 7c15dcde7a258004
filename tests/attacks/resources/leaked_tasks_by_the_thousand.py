# expect: deadlock or fails
# policy: import
# backends: asyncio
"""Thousands of tasks that are left behind, each of which is worth a remark."""

import asyncio


async def wait_for_ever():
    await asyncio.Event().wait()


async def answer():
    global kept
    kept = [asyncio.ensure_future(wait_for_ever()) for _ in range(5000)]
    await asyncio.sleep(1)
    return 2
