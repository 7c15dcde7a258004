# root: fault:name-missing
# says: Winner
import anyio


async def select(*fns):
    winner = None

    async def run(i, fn):
        nonlocal winner
        winner = (i, await fn())
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return winner
