# root: stale-state
from dataclasses import dataclass
from typing import Any

import anyio


@dataclass(frozen=True)
class Winner:
    index: int
    value: Any


async def select(*fns):
    if not fns:
        raise ValueError("nothing to race")
    index = value = None

    async def run(i, fn):
        nonlocal index, value
        result = await fn()
        index = i
        await anyio.sleep(0)
        value = result
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return Winner(index, value)
