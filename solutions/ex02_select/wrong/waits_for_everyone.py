# fails: test_losers_are_cancelled, test_returns_the_moment_the_winner_is_done (losers-left-running)
# root: losers-left-running
"""Runs all of them to their end and then looks who was first."""

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
    return finished[0]
