# root: wrong-kind
# says: yield
# line: 6, 8
import anyio

async def join(*fns):
    for fn in fns:
        yield await fn()
