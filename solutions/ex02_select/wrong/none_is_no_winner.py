# fails: test_none_can_win (falsy-value)
# root: falsy-value
"""Takes a result of None for no result."""

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

    values: list[T | None] = [None] * len(fns)

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        values[index] = await fn()
        if values[index] is not None:
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    for index, value in enumerate(values):
        if value is not None:
            return Winner(index, value)
    raise RuntimeError("nobody won")
