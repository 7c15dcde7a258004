# root: never-awaited
# also: await-missing
# says: await
# line: 19
import anyio

async def join(*fns):
    async def run_all():
        results = [None] * len(fns)

        async def run(i, fn):
            results[i] = await fn()

        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
        return results

    return run_all()
