# fails: test_it_never_sleeps (sleeps-instead)
# root: sleeps-instead
"""Begins with a short sleep, so that the others are surely first."""

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
    await anyio.sleep(1e-6)
    began = clock()
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
    return results
