# fails: test_time_of_others_is_not_charged_to_us (charged-for-others)
# root: charged-for-others
"""Reads the clock before it hands over, so that the time of the others counts."""

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
        if clock() - began >= budget:
            began = clock()
            await checkpoint()
    return results
