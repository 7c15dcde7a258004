"""Makes an asynchronous iterator of the steps, which gives way; collecting is left to a comprehension."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def giving_way(steps: Iterable[T], budget: float, clock: Callable[[], float]) -> AsyncIterator[T]:
    await checkpoint()
    end = clock() + budget
    for result in steps:
        yield result
        if clock() >= end:
            await checkpoint()
            end = clock() + budget


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    return [result async for result in giving_way(steps, budget, clock)]
