# fails: test_an_error_in_a_step_comes_out_unchanged (lost-error)
# root: lost-error
"""Computes in a task group, which puts every error into an ExceptionGroup."""

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

    async def work() -> None:
        await checkpoint()
        began = clock()
        for result in steps:
            results.append(result)
            if clock() - began >= budget:
                await checkpoint()
                began = clock()

    async with anyio.create_task_group() as group:
        group.start_soon(work)
    return results
