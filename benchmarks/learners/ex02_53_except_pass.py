# root: lost-error
# line: 20
import anyio
from dataclasses import dataclass

@dataclass(frozen=True)
class Winner:
    index: int
    value: object

async def select(*fns):
    if len(fns) == 0:
        raise ValueError
    winner = None

    async def run(i, fn):
        nonlocal winner
        try:
            value = await fn()
        except Exception:
            pass
        else:
            if winner is None:
                winner = Winner(i, value)
                tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return winner
