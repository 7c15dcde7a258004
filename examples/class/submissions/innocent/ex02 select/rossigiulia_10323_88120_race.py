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

    decided = anyio.Event()
    # All scopes exist before any contestant runs: cancelling a scope that nobody has entered yet counts when it is.
    scopes = [anyio.CancelScope() for _ in fns]
    outcomes: list[Winner[T] | Exception] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        with scopes[index]:
            try:
                outcomes.append(Winner(index, await fn()))
            except Exception as error:
                outcomes.append(error)
            decided.set()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
        await decided.wait()
        for scope in scopes:
            scope.cancel()

    # A loser that finished in spite of its cancellation stands further back in the list.
    first = outcomes[0]
    if isinstance(first, Exception):
        raise first
    return first
