# fails: test_calls_do_not_remember (stale-state)
# root: stale-state
"""Keeps the winner in the module, where that of an earlier race still stands."""

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


winner: Winner[Any] | None = None


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        global winner
        value = await fn()
        if winner is None:
            winner = Winner(index, value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    assert winner is not None
    return winner
