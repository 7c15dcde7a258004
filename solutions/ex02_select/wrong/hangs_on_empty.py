# fails: test_nothing_to_wait_for (edge-case)
# root: edge-case
"""Waits for an event that nobody will ever set."""

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
    decided = anyio.Event()
    outcomes: list[Winner[T]] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        outcomes.append(Winner(index, await fn()))
        decided.set()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
        await decided.wait()
        group.cancel_scope.cancel()
    return outcomes[0]
