"""Computes in a task of its own. The error is carried out of the task group, which would wrap it."""

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

    async def work() -> None:
        began = clock()
        try:
            for result in steps:
                results.append(result)
                if clock() - began >= budget:
                    await checkpoint()
                    began = clock()
        except Exception as error:
            errors.append(error)
        await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(work)
    if errors:
        raise errors[0]
    return results
