# fails: test_others_get_a_turn_after_each_slice[uneven] (no-checkpoint)
# root: no-checkpoint
"""Computes the next step before it hands over, to see whether there is one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await checkpoint()
    began = clock()
    source = iter(steps)
    upcoming = list(islice(source, 1))
    while upcoming:
        results += upcoming
        upcoming = list(islice(source, 1))
        if upcoming and clock() - began >= budget:
            await checkpoint()
            began = clock()
    return results
