# root: fault:import
# says: asyncio
# line: 4
import asyncio
from dataclasses import dataclass


@dataclass
class Winner:
    index: int
    value: object


async def select(*fns):
    tasks = [asyncio.ensure_future(fn()) for fn in fns]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    first = done.pop()
    return Winner(tasks.index(first), first.result())
