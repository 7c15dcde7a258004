import anyio


async def join_all(*fns):
    results = {}

    async def run(position, fn):
        results[position] = await fn()

    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            tg.start_soon(run, position, fn)
    return [results[position] for position in range(len(fns))]
