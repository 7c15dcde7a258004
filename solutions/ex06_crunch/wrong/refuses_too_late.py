# fails: test_a_negative_budget_is_refused (edge-case)
# root: edge-case
"""Looks at the budget when a slice is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    results: list[T] = []
    await checkpoint()
    began = clock()
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            if budget < 0:
                raise ValueError("the budget must not be negative")
            await checkpoint()
            began = clock()
    return results
