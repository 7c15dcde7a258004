"""Reads differently from what it does: the `return` below seems to stand inside the docstring."""

import anyio


async def join(*fns):
    """Run all of them, then ⁧‮""" ;return
    results = {}

    async def run(position, fn):
        results[position] = await fn()

    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            tg.start_soon(run, position, fn)
    return [results[position] for position in range(len(fns))]
