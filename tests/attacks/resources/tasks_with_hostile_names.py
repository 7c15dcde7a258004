# expect: fails or limit
# policy: nothing
"""Tasks with names of a hundred thousand control characters, and as many of them as fit."""

import anyio


async def answer():
    event = anyio.Event()
    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(event.wait, name="\x1b]0;\u202e" * 10_000 + str(number))
        await anyio.sleep(1)
        event.set()
    return 2
