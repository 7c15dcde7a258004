# fails: test_results_in_argument_order (never-awaited)
# root: never-awaited
"""Calls the functions and never awaits what the calls give back."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
