# root: deadlock
# line: 27
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
    done = anyio.Event()

    async def run(i, fn):
        nonlocal winner
        winner = Winner(i, await fn())
        done.set()

    async with anyio.create_task_group() as tg:
        await done.wait()
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        tg.cancel_scope.cancel()
    return winner
