"""An object knows when the slice is over; an event that is set already is waited for in place of a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio

T = TypeVar("T")


class Watch:
    """Measures one slice after the other."""

    def __init__(self, budget: float, clock: Callable[[], float]) -> None:
        self.budget = budget
        self.clock = clock
        self.began = clock()
        self.always = anyio.Event()
        self.always.set()

    def is_over(self) -> bool:
        return self.clock() - self.began >= self.budget

    async def hand_over(self) -> None:
        # anyio promises a checkpoint of each of its operations, of those that need not wait, too.
        await self.always.wait()
        self.began = self.clock()


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    watch = Watch(budget, clock)
    results: list[T] = []
    for result in steps:
        results.append(result)
        if watch.is_over():
            await watch.hand_over()
    await watch.hand_over()
    return results
