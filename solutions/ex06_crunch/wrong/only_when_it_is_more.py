# fails: test_others_get_a_turn_after_each_slice[even] (no-checkpoint)
# root: no-checkpoint
"""Goes on when exactly the budget is used up; only a budget of 0 is treated as it should be."""

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
        if clock() - began > budget or budget == 0:
            await checkpoint()
            began = clock()
    return results
