# fails: test_returns_the_moment_the_winner_is_done (polling)
# root: polling
"""Looks every 30 milliseconds whether somebody has won."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    finished: list[Winner[T]] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        finished.append(Winner(index, await fn()))

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
        while not finished:
            await anyio.sleep(0.03)
        group.cancel_scope.cancel()
    return finished[0]
