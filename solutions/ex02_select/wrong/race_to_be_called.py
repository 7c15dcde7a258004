# fails: test_index_and_value_match_in_a_tie, test_winner_is_not_overwritten (stale-state)
# root: stale-state
"""Keeps the first index and the last value."""

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

    first: int | None = None
    results: list[T] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal first
        value = await fn()
        if first is None:
            first = index
        results.append(value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    assert first is not None
    return Winner(first, results[-1])
