# fails: test_others_get_a_turn_after_each_slice[fraction] (no-checkpoint)
# root: no-checkpoint
"""Rounds the budget up to whole seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    seconds = math.ceil(budget) if math.isfinite(budget) else budget
    await checkpoint()
    began = clock()
    for result in steps:
        results.append(result)
        if clock() - began >= seconds:
            await checkpoint()
            began = clock()
    return results
