# fails: test_a_slice_is_never_interrupted (hands-over-too-often)
# root: hands-over-too-often
"""Hands over after every step, however short it was."""

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
    await checkpoint()
    for result in steps:
        results.append(result)
        await checkpoint()
    return results
