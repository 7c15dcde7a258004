"""ex01 - join: wait for all of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results."""
    results: dict[int, T] = {}

    async def keep(position: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        results[position] = await fn()

    async with anyio.create_task_group() as tasks:
        for position, fn in enumerate(fns):
            tasks.start_soon(keep, position, fn)

    return [results[position] for position in range(len(fns))]
