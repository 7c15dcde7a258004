# fails: test_others_get_a_turn_after_each_slice (one-backend-only)
# off-limits: exempt
# root: one-backend-only
"""Hands over by asyncio, which trio does not know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await asyncio.sleep(0)
    began = clock()
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            await asyncio.sleep(0)
            began = clock()
    return results
