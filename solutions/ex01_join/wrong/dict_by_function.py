# fails: test_same_function_twice_runs_twice (overwritten-result)
# root: overwritten-result
"""Files the results by function, and the same function may be given more than once."""

import anyio


async def join(*fns):
    results = {}

    async def run(fn):
        results[fn] = await fn()

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
    return [results[fn] for fn in fns]
