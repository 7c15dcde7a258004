# fails: test_it_never_sleeps (sleeps-instead)
# root: sleeps-instead
"""Sleeps for a millisecond where it should hand over."""

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
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            await anyio.sleep(0.001)
            began = clock()
    return results
