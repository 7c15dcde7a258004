# fails: test_others_get_a_turn_after_each_slice (no-checkpoint)
# root: no-checkpoint
"""Computes all of it in one go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    return list(steps)
