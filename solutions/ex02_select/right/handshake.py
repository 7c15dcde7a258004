"""Starts the contestants with anyio's handshake, and hands the outcome over in a box with room for one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio
from anyio.abc import TaskStatus

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


class Box(Generic[T]):
    """Has room for one outcome: the first that is put in stays."""

    def __init__(self) -> None:
        self.first: Winner[T] | None = None

    def put(self, winner: Winner[T]) -> None:
        if self.first is None:
            self.first = winner


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    box = Box[T]()

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]], *, task_status: TaskStatus[None]) -> None:
        task_status.started()
        box.put(Winner(index, await fn()))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            # If a contestant is done before the last one is started, this group is cancelled already, and `start`
            # passes the cancellation on, which ends the loop.
            await group.start(run, index, fn)

    assert box.first is not None
    return box.first
