# fails: test_steps_run_in_this_thread (another-thread)
# off-limits: exempt
# root: another-thread
"""Leaves the work to a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    return await anyio.to_thread.run_sync(list, steps)
