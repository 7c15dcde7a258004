# fails: test_two_jobs_take_turns (hands-over-too-often)
# root: hands-over-too-often
"""Goes round the jobs by itself: hands over until it is the turn of this job again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


jobs: deque[object] = deque()
"""All jobs that are under way; it is the turn of the first one."""


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    me = object()
    jobs.append(me)
    try:
        await checkpoint()
        began = clock()
        for result in steps:
            results.append(result)
            if clock() - began >= budget:
                jobs.rotate(-1)
                await checkpoint()
                while jobs[0] is not me:
                    await checkpoint()
                began = clock()
    finally:
        jobs.remove(me)
    return results
