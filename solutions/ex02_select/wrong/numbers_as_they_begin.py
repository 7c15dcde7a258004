# fails: test_first_to_finish_wins (wrong-winner)
# root: wrong-winner
"""Counts the contestants as they begin, and tasks need not begin in the order in which they are started."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import count
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

    winner: Winner[T] | None = None
    numbers = count()

    async def run(fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal winner
        index = next(numbers)
        value = await fn()
        if winner is None:
            winner = Winner(index, value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for fn in fns:
            group.start_soon(run, fn)
    assert winner is not None
    return winner
