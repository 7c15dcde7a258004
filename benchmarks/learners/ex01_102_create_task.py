# root: unknown-name
# says: await
# line: 9
import anyio

async def join(*fns):
    async with anyio.create_task_group() as tg:
        tasks = [tg.create_task(fn()) for fn in fns]
    return [t.result() for t in tasks]
