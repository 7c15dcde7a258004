# fails: test_others_get_a_turn_after_each_slice (no-checkpoint)
# root: no-checkpoint
"""Awaits a function of its own that waits for nothing: an `await` alone is no switch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def pause() -> None:
    """Give way to the others."""


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await pause()
    began = clock()
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            await pause()
            began = clock()
    return results
