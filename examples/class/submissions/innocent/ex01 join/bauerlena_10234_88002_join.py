# Lena Bauer, first attempt

async def join(*fns):
    return [await fn() for fn in fns]
