# fails: test_two_jobs_take_turns (serial)
# root: serial
"""Has a lock for all calls, so that the second job begins when the first is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


one_at_a_time = anyio.Lock()


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await checkpoint()
    async with one_at_a_time:
        began = clock()
        for result in steps:
            results.append(result)
            if clock() - began >= budget:
                await checkpoint()
                began = clock()
    return results
