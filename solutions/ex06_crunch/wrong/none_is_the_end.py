# fails: test_any_value_is_a_result (falsy-value)
# root: falsy-value
"""Takes a result of None for the end of the job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    source = iter(steps)
    results: list[T] = []
    await checkpoint()
    began = clock()
    while (result := next(source, None)) is not None:
        results.append(result)
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
    return results
