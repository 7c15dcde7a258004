# fails: test_results_in_argument_order (completion-order)
# root: completion-order
"""Collects the results as they arrive."""

import anyio


async def join(*fns):
    results = []

    async def run(fn):
        results.append(await fn())

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
    return results
