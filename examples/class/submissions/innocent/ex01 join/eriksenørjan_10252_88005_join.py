from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results in argument order."""
    results: dict[int, T] = {}
    errors: list[Exception] = []

    async def run(position: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            results[position] = await fn()
        # Exception, not BaseException: a cancellation must pass. Because the group never hears of the error,
        # cancelling the others is our own job now.
        except Exception as error:
            errors.append(error)
            tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            tg.start_soon(partial(run, position, fn))

    # Raised behind the group, or the group would wrap it. Whether there was an error is asked of the list, not of
    # what stands in it.
    if errors:
        raise errors[0]
    return [results[position] for position in range(len(fns))]
