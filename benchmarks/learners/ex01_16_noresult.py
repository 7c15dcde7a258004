# root: wrong-kind
# also: nothing-returned
# says: None
import anyio

async def join(*fns):
    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(fn)
