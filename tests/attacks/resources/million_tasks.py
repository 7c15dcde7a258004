# expect: limit or never-yields
# policy: nothing
# backends: trio
"""Starts a million tasks."""

import anyio


async def answer():
    async with anyio.create_task_group() as tasks:
        for _ in range(10**6):
            tasks.start_soon(anyio.sleep, 1)
    return 2
