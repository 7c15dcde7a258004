"""Asks the iterator by hand; its one extra checkpoint is the last line, and `sleep(0)` is a checkpoint, too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    source = iter(steps)
    results: list[T] = []
    began = clock()
    while True:
        try:
            results.append(next(source))
        except StopIteration:
            break
        if clock() - began >= budget:
            await anyio.sleep(0)  # noqa: ASYNC115
            began = clock()
    await anyio.sleep(0)  # noqa: ASYNC115
    return results
