# root: losers-left-running
# says: not called
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
    send, receive = anyio.create_memory_object_stream(len(fns))

    async def run(i, fn):
        await send.send(Winner(i, await fn()))

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
        winner = await receive.receive()
        tg.cancel_scope.cancel
    return winner
