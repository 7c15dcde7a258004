# fails: test_a_cancellation_is_noticed_after_one_slice (swallowed-cancellation)
# root: swallowed-cancellation
"""Notices a cancellation at every second slice only."""

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
    number = 0
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            number += 1
            if number % 2:
                await checkpoint()
            else:
                await cancel_shielded_checkpoint()
            began = clock()
    return results
