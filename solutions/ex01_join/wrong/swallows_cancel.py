# fails: test_outer_cancellation_stops_everything (swallowed-cancellation)
# root: swallowed-cancellation
"""Shields everything, to be safe."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    with anyio.CancelScope(shield=True):
        async with anyio.create_task_group() as tg:
            for i, fn in enumerate(fns):
                tg.start_soon(run, i, fn)
    return results
