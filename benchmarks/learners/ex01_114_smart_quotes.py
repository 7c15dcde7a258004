# root: fault:syntax
# says: quotation
import anyio

async def join(*fns):
    results = {}
    async def run(i, fn):
        results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn, name=“task”)
    return [results[i] for i in range(len(fns))]
