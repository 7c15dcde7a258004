# expect: limit or never-yields
# policy: nothing
# backends: trio
"""Every task starts two more."""

import anyio


async def twice(tasks):
    tasks.start_soon(twice, tasks)
    tasks.start_soon(twice, tasks)


async def answer():
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(twice, tasks)
    return 2
