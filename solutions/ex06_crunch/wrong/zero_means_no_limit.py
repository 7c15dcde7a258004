# fails: test_budget_zero_hands_over_after_every_step (edge-case)
# root: edge-case
"""Takes a budget of 0 for no budget."""

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
        if budget and clock() - began >= budget:
            await checkpoint()
            began = clock()
    return results
