# fails: test_first_to_finish_wins, test_all_contestants_start (serial)
# root: serial
"""Awaits the first function and never comes to the others."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    for index, fn in enumerate(fns):
        return Winner(index, await fn())
    raise AssertionError("not reached")
