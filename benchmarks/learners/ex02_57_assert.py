# root: edge-case
# says: ValueError
# line: 13
import anyio
from dataclasses import dataclass

@dataclass(frozen=True)
class Winner:
    index: int
    value: object

async def select(*fns):
    assert fns, "nothing to race"
    winner = None

    async def run(i, fn):
        nonlocal winner
        value = await fn()
        if winner is None:
            winner = Winner(i, value)
            tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return winner
