"""ex06 - crunch: cooperative multitasking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from anyio.lowlevel import cancel_shielded_checkpoint, checkpoint_if_cancelled

T = TypeVar("T")


def compute_slice(source: Iterator[T], results: list[T], budget: float, clock: Callable[[], float]) -> bool:
    """Compute until the budget is used up, or the job is over; return whether it is over."""
    began = clock()
    for result in source:
        results.append(result)
        if clock() - began >= budget:
            return False
    return True


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    source = iter(steps)
    results: list[T] = []
    over = False
    while not over:
        await checkpoint_if_cancelled()
        await cancel_shielded_checkpoint()
        over = compute_slice(source, results, budget, clock)
    return results
