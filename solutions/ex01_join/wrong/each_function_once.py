# fails: test_same_function_twice_runs_twice (overwritten-result)
# root: overwritten-result
"""Runs each function once, and gives its result to every position that asks for it."""

import anyio


async def join(*fns):
    results = {}

    async def run(fn):
        results[fn] = await fn()

    async with anyio.create_task_group() as tg:
        for fn in dict.fromkeys(fns):
            tg.start_soon(run, fn)
    return [results[fn] for fn in fns]
