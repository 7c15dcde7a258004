# fails: test_a_late_error_changes_nothing (late-news)
"""Race: a task whose wait was over before it was cancelled raises, and that counts for more than the winner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def first(*fns: Callable[[], Awaitable[T]]) -> tuple[int, T]:
    winner: list[tuple[int, T]] = []
    errors: list[Exception] = []

    async def run(index: int, fn: Callable[[], Awaitable[T]]) -> None:
        try:
            value = await fn()
        except Exception as error:
            errors.append(error)
        else:
            if not winner and not errors:
                winner.append((index, value))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if errors:
        raise errors[0]
    return winner[0]
