# fails: test_all_run_at_once_however_many (serial)
# root: serial
"""Rests for a millisecond after every fifty contestants that it has started."""

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

    winner: Winner[T] | None = None

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal winner
        value = await fn()
        if winner is None:
            winner = Winner(index, value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
            if index % 50 == 49:
                await anyio.sleep(0.001)
    assert winner is not None
    return winner
