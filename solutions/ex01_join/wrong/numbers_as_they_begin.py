# fails: test_results_in_argument_order (completion-order)
# root: completion-order
"""Each task takes the next number when it begins, and tasks need not begin in the order in which they are started."""

from itertools import count

import anyio


async def join(*fns):
    results = {}
    numbers = count()

    async def run(fn):
        number = next(numbers)
        results[number] = await fn()

    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
    return [results[number] for number in range(len(fns))]
