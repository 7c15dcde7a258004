# fails: test_any_number_of_jobs_take_turns (serial)
# root: serial
"""Lets only so many jobs begin at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


enough = anyio.Semaphore(16)


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await checkpoint()
    async with enough:
        began = clock()
        for result in steps:
            results.append(result)
            if clock() - began >= budget:
                await checkpoint()
                began = clock()
    return results
