# fails: test_budget_zero_hands_over_after_every_step (edge-case)
# root: edge-case
"""Hands over only if the clock has moved."""

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
    for result in steps:
        results.append(result)
        if clock() - began >= budget and clock() != began:
            await checkpoint()
            began = clock()
    return results
