# root: unknown-name
# says: stop
# line: 26
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
    winner = None

    async def run(i, fn):
        nonlocal winner
        value = await fn()
        if winner is None:
            winner = Winner(i, value)
            tg.cancel_scope.stop()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return winner
