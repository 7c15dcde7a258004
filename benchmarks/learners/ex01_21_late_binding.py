# root: late-binding
# line: 9, 10, 11, 8
import anyio

async def join(*fns):
    results = [None] * len(fns)
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            async def run():
                results[i] = await fn()
            tg.start_soon(run)
    return results
