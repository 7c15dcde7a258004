# fails: test_calls_know_nothing_of_each_other (shared-between-calls)
# root: shared-between-calls
"""Collects the results of all calls in one list of the module."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


all_results: list[Any] = []


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    await checkpoint()
    began = clock()
    for result in steps:
        all_results.append(result)
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
    return all_results
