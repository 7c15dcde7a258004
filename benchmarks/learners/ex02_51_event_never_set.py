# root: deadlock
# says: set
# line: 24
import anyio
from dataclasses import dataclass

@dataclass(frozen=True)
class Winner:
    index: int
    value: object

async def select(*fns):
    if not fns:
        raise ValueError("nothing")
    finished = anyio.Event()
    results = []

    async def run(i, fn):
        results.append(Winner(i, await fn()))

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        await finished.wait()
        tg.cancel_scope.cancel()
    return results[0]
