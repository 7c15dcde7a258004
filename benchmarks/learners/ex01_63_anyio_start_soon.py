# root: unknown-name
# says: start_soon
# line: 14
import anyio


async def join(*fns):
    results = {}

    async def run(i, fn):
        results[i] = await fn()

    for i, fn in enumerate(fns):
        anyio.start_soon(run, i, fn)
    return [results[i] for i in range(len(fns))]
