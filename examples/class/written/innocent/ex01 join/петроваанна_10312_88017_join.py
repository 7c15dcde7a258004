import asyncio


async def join(*fns):
    return await asyncio.gather(*(fn() for fn in fns))
