# fails: test_hands_over_once_per_slice (hands-over-too-often)
# root: hands-over-too-often
"""Calls both the whole checkpoint and one of its halves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import cancel_shielded_checkpoint, checkpoint

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
            await checkpoint()
            await cancel_shielded_checkpoint()
            began = clock()
    return results
