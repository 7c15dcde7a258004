# fails: test_winner_is_not_overwritten (stale-state)
# root: stale-state
"""Stops at the first outcome, and then prefers a value to an error, even if the value came later."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    winners: list[Winner[T]] = []
    errors: list[Exception] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            winners.append(Winner(index, await fn()))
        except Exception as error:
            errors.append(error)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if winners:
        return winners[0]
    raise errors[0]
