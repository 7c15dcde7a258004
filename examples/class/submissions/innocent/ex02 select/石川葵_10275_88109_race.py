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
    """Race the functions; return as soon as the first of them is finished."""
    if not fns:
        # Without this the task group would be empty, and there would be no winner to return.
        raise ValueError("select() of nothing would never finish")

    winner: Winner[T] | None = None

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        nonlocal winner
        value = await fn()
        # From here to the end of run() there is no await: no other contestant can get in between. The question is
        # whether there is a Winner, never what its value is, so None can win.
        if winner is None:
            winner = Winner(index, value)
        group.cancel_scope.cancel()

    # An error needs no line of its own: a task that raises makes the group cancel the others and raise it.
    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)

    # Leaving the group waited for every contestant, the clean-up of the cancelled ones included. If select() was
    # cancelled from outside, the `async with` has raised and this line is never reached.
    assert winner is not None
    return winner
