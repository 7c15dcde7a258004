# fails: test_others_get_a_turn_after_each_slice[uneven] (no-checkpoint)
# root: no-checkpoint
"""Takes a clock that shows 0 for a clock that has not been read."""

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
    began = 0.0
    await checkpoint()
    for result in steps:
        if not began:
            began = clock()
        results.append(result)
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
    return results
