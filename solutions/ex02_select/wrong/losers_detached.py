# fails: test_loser_cleanup_is_awaited (cleanup-not-awaited)
# off-limits: exempt
# root: cleanup-not-awaited
"""Cancels the losers and does not wait for them; it runs on asyncio only."""

from __future__ import annotations

import asyncio
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

    tasks = [asyncio.create_task(fn()) for fn in fns]
    done, losers = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in losers:
        task.cancel()
    for index, task in enumerate(tasks):
        if task in done:
            return Winner(index, task.result())
    raise AssertionError("not reached")
