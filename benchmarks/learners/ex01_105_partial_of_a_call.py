# root: never-awaited
# also: called-not-given
# says: store
# line: 17
from functools import partial

import anyio

async def join(*fns):
    results = [None] * len(fns)

    async def store(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(partial(store(i, fn)))
    return results
