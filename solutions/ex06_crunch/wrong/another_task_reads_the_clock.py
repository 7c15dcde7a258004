# fails: test_others_get_a_turn_after_each_slice[even] (no-checkpoint)
# root: no-checkpoint
"""A second task reads the clock in each round, in the belief that it runs right before the first one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    errors: list[Exception] = []
    began = clock()

    async def read_the_clock() -> None:
        nonlocal began
        while True:
            began = clock()
            await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(read_the_clock)
        try:
            await checkpoint()
            for result in steps:
                results.append(result)
                if clock() - began >= budget:
                    await checkpoint()
        except Exception as error:
            errors.append(error)
        group.cancel_scope.cancel()
    if errors:
        raise errors[0]
    return results
