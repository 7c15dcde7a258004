# root: fault:import
# says: asyncio
# line: 4
import asyncio

async def join(*fns):
    return await asyncio.gather(*[fn() for fn in fns])
