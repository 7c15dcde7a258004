# fails: test_a_slice_is_never_interrupted (nothing-done)
# root: nothing-done
"""Means to do the job in a coroutine, which it never awaits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []

    async def work() -> None:
        began = clock()
        for result in steps:
            results.append(result)
            if clock() - began >= budget:
                await checkpoint()
                began = clock()

    work().close()
    await checkpoint()
    return results
