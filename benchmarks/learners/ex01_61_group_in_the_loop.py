# root: serial
# line: 12, 13, 14
import anyio


async def join(*fns):
    results = []

    async def work(fn):
        results.append(await fn())

    for fn in fns:
        async with anyio.create_task_group() as tg:
            tg.start_soon(work, fn)
    return results
