# root: swallowed-cancellation
# line: 11, 12, 13, 16, 19, 20
import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        try:
            results[i] = await fn()
        except anyio.get_cancelled_exc_class():
            print("cancelled")

    try:
        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
    except anyio.get_cancelled_exc_class():
        pass
    return results
