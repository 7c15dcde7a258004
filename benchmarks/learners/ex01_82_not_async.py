# root: fault:not-async
# says: async
# line: 7
import anyio


def join(*fns):
    return [anyio.run(fn) for fn in fns]
