# fails: test_results_in_argument_order, test_same_function_twice_runs_twice (late-binding)
# root: late-binding
"""Every task looks up the loop's variables when it runs, and by then they stand at the last function."""

import anyio


async def join(*fns):
    results = [None] * len(fns)
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):

            async def run():
                results[i] = await fn()

            tg.start_soon(run)
    return results
