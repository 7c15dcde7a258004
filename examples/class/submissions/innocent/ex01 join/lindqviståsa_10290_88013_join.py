from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def join_all(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results in argument order."""
    # Filed by position. A list that is filled in order of arrival would have the results in order of completion,
    # and a list of None to begin with would need a None that means "not there yet", which a result may be too.
    results: dict[int, T] = {}

    # Position and function are arguments. A closure over the loop's variables would see the last pair in every
    # task, because a task begins to run only when this one waits, and by then the loop is over.
    async def run(position: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        results[position] = await fn()

    # Nothing is caught here, and that is a choice: an error that leaves run() makes the group cancel the others,
    # wait for their clean-up and raise; a cancellation from outside takes the same way.
    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            tg.start_soon(run, position, fn)

    # Only behind the group is every task over, and so every position there.
    return [results[position] for position in range(len(fns))]
