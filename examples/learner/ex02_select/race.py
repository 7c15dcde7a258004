"""ex02 - select: the first one wins."""

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
    """Race the functions; return as soon as the first of them is finished."""
    if not fns:
        raise ValueError("nobody takes part in this race")
    finished: list[Winner[T]] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        finished.append(Winner(index, await fn()))
        print("finished:", index)

    async with anyio.create_task_group() as racers:
        for index, fn in enumerate(fns):
            racers.start_soon(run, index, fn)
    return finished[0]
