# fails: test_hands_over_once_per_slice (hands-over-too-often)
# root: hands-over-too-often
"""Hands over until a task that it starts has run: then, it thinks, the others must have had their turn, too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def let_others_run(group: TaskGroup) -> None:
    another_has_run = False

    async def another() -> None:
        nonlocal another_has_run
        another_has_run = True

    group.start_soon(another)
    while not another_has_run:
        await checkpoint()


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    errors: list[Exception] = []
    async with anyio.create_task_group() as group:
        try:
            await let_others_run(group)
            began = clock()
            for result in steps:
                results.append(result)
                if clock() - began >= budget:
                    await let_others_run(group)
                    began = clock()
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return results
