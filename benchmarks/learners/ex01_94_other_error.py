# root: lost-error
# also: raised
# line: 14
import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except Exception:
            raise RuntimeError("something went wrong")

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
