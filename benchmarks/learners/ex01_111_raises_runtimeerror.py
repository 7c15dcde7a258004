# root: lost-error
# line: 16
import anyio

async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    try:
        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
    except Exception as e:
        raise RuntimeError(f"join failed: {e}")
    return results
