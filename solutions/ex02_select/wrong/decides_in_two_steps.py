# fails: test_index_and_value_match_in_a_tie (stale-state)
# root: stale-state
"""Gives way between noting who was first and noting the value; in the meantime another one gets in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    order: list[int] = []
    values: list[T] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        value = await fn()
        order.append(index)
        await checkpoint()
        values.append(value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    return Winner(order[0], values[0])
