# expect: fails or crashed
# policy: please-look
# spoils: the second question
"""Takes the library itself apart."""

import anyio

anyio.run = anyio.CancelScope = anyio.create_task_group = anyio.get_cancelled_exc_class = None


async def answer():
    return 2
