# root: late-binding
# line: 15, 17
import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            async def wrapper():
                await run(i, fn)

            tg.start_soon(wrapper)
    return results
