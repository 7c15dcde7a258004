# root: early-return
# says: cancel
# line: 25
import anyio
from dataclasses import dataclass

@dataclass(frozen=True)
class Winner:
    index: int
    value: object

async def select(*fns):
    if not fns:
        raise ValueError("nothing")
    winner = None

    async def run(i, fn):
        nonlocal winner
        value = await fn()
        winner = Winner(i, value)

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        tg.cancel_scope.cancel()
    return winner
