# root: module-level
# says: anyio\.run
# line: 21
import anyio

async def join(*fns):
    results = [None] * len(fns)
    async def run(i, fn):
        results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results

async def main():
    async def f():
        await anyio.sleep(1)
        return 3
    print(await join(f, f))

anyio.run(main)
