# root: edge-case
# also: raised
# line: 27
from dataclasses import dataclass
from typing import Any

import anyio


@dataclass(frozen=True)
class Winner:
    index: int
    value: Any


async def select(*fns):
    winners = []

    async def run(i, fn):
        value = await fn()
        winners.append(Winner(i, value))
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return winners[0]
