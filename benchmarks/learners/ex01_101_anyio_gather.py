# root: fault:off-limits
# says: gather
import anyio

async def join(*fns):
    return await anyio.gather(*[fn() for fn in fns])
