# fails: test_none_can_win (falsy-value)
# root: falsy-value
"""Keeps errors and results in one place, and raises what is an exception."""

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

    outcomes: list[tuple[int, Any]] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            outcome: Any = await fn()
        except Exception as error:
            outcome = error
        outcomes.append((index, outcome))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    index, outcome = outcomes[0]
    if isinstance(outcome, Exception):
        raise outcome
    return Winner(index, outcome)
