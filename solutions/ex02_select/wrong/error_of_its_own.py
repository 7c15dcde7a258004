# fails: test_first_to_fail_decides_too (lost-error)
# root: lost-error
"""Raises an error of its own, and keeps the original one as the cause."""

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


class RaceError(Exception):
    """A contestant has failed."""


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    winner: Winner[T] | None = None

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal winner
        try:
            value = await fn()
        except Exception as error:
            raise RaceError(f"contestant {index} failed") from error
        if winner is None:
            winner = Winner(index, value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    assert winner is not None
    return winner
