"""ex06 - crunch: cooperative multitasking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    """Do a CPU-bound job in slices, so that other tasks get their turn."""
    if budget < 0:
        raise ValueError("the budget must not be negative")

    results: list[T] = []
    # Every call passes this checkpoint, those without any steps, too. The clock is read after it: what others have
    # computed meanwhile is not ours.
    await checkpoint()
    began = clock()
    # The loop computes: each turn asks the iterator for one more step, and only when this step is wanted.
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            # A whole checkpoint: the others run, and a cancellation is raised here. It takes no time, so that a job
            # beside which nobody wants a turn is as fast as without it.
            await checkpoint()
            began = clock()
    return results
