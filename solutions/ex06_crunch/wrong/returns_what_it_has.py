# fails: test_a_cancellation_goes_on_its_way (swallowed-cancellation)
# root: swallowed-cancellation
"""Returns the results that it has when it is cancelled between two slices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await checkpoint()
    began = clock()
    try:
        for result in steps:
            results.append(result)
            if clock() - began >= budget:
                await checkpoint()
                began = clock()
    except anyio.get_cancelled_exc_class():
        pass  # "better some results than none"
    return results
