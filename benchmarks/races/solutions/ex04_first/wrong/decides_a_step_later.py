# fails: test_the_first_one_home_wins (check-then-act)
"""Race: between coming home and being named a task gives way, and one that came home after it is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def first(*fns: Callable[[], Awaitable[T]]) -> tuple[int, T]:
    winner: list[tuple[int, T]] = []
    errors: list[Exception] = []

    async def run(index: int, fn: Callable[[], Awaitable[T]]) -> None:
        try:
            value = await fn()
        except Exception as error:
            if not winner:
                errors.append(error)
        else:
            if not winner and not errors:
                await checkpoint()
                winner[:] = [(index, value)]
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if errors:
        raise errors[0]
    return winner[0]
