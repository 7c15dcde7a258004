# fails: test_awaiting_is_what_starts_it (eager)
# root: eager
"""A decorator calls the functions when join() is called, so that what is awaited later is a list of coroutines."""

from functools import wraps

import anyio


def with_coroutines(function):
    @wraps(function)
    def call(*fns):
        return function(*[fn() for fn in fns])

    return call


@with_coroutines
async def join(*coroutines):
    results = [None] * len(coroutines)

    async def run(i, coroutine):
        results[i] = await coroutine

    async with anyio.create_task_group() as tg:
        for i, coroutine in enumerate(coroutines):
            tg.start_soon(run, i, coroutine)
    return results
