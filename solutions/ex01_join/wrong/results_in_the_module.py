# fails: test_joins_nest, test_calls_run_side_by_side (stale-state)
# root: stale-state
"""Keeps the results in the module: a call that begins while another one runs throws away what that one has."""

import anyio

results = {}


async def run(i, fn):
    results[i] = await fn()


async def join(*fns):
    results.clear()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return [results.get(i) for i in range(len(fns))]
