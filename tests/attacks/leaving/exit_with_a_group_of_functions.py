# expect: crashed
# policy: nothing
# exercise: ex01
# aims at: test_results_in_argument_order test_joins_nest test_takes_as_long_as_the_slowest
"""Raises SystemExit inside of a task group."""

import anyio


async def join(*fns):
    async with anyio.create_task_group() as tasks:
        for fn in fns:
            tasks.start_soon(fn)
        raise SystemExit(0)
