# off-limits: exempt
# needs: anyio>=4.15
"""anyio has most of a race ready-made since 4.15: handles of tasks in the order in which they finish."""

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


async def numbered(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    return Winner(index, await fn())


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    # as_completed() of nothing raises the ValueError itself; leaving its block cancels the rest and waits for it.
    async with anyio.as_completed(*(numbered(index, fn) for index, fn in enumerate(fns))) as finished:
        first = await finished.receive()
        # Awaiting a handle gives what its function returned, or raises what it raised.
        return await first
