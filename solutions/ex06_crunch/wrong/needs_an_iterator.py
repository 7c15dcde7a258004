# fails: test_returns_every_result_in_order (raised)
# root: raised
"""Calls `next` on what may be a list."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await checkpoint()
    began = clock()
    while True:
        try:
            results.append(next(steps))  # type: ignore[call-overload]
        except StopIteration:
            return results
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
