# fails: test_all_run_at_once_however_many (serial)
# root: serial
"""Rests for a millisecond after every fifty functions that it has started."""

import anyio


async def join(*fns):
    results = [None] * len(fns)

    async def run(i, fn):
        results[i] = await fn()

    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
            if i % 50 == 49:
                await anyio.sleep(0.001)
    return results
