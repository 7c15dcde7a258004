# fails: test_an_instant_finisher_wins (edge-case)
# root: edge-case
"""Cancels the scopes of the contestants that have begun; the others begin afterwards and run to their end."""

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
    running: list[anyio.CancelScope] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal winner
        with anyio.CancelScope() as scope:
            running.append(scope)
            value = await fn()
            if winner is None:
                winner = Winner(index, value)
            for other in running:
                other.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    assert winner is not None
    return winner
