# root: falsy-value
import anyio


async def join(*fns):
    results = {}

    async def run(i, fn):
        value = await fn()
        if value:
            results[i] = value

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return [results.get(i) for i in range(len(fns))]
