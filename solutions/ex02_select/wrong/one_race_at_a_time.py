# fails: test_calls_run_side_by_side (deadlock), test_races_nest (serial)
# root: serial
"""Holds one race at a time."""

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


lock = anyio.Lock()


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    winner: Winner[T] | None = None

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal winner
        value = await fn()
        if winner is None:
            winner = Winner(index, value)
        group.cancel_scope.cancel()

    async with lock:
        async with anyio.create_task_group() as group:
            for index, fn in enumerate(fns):
                group.start_soon(run, index, fn)
    assert winner is not None
    return winner
