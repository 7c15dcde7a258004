"""ex01 - join that runs the last function in the caller's own task, and only the others in new ones."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


class Slot:
    """A place for one result."""

    def __init__(self, fn: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.fn = fn
        self.result: Any = None

    async def fill(self) -> None:
        self.result = await self.fn()


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results in argument order."""
    slots = [Slot(fn) for fn in fns]

    async with anyio.create_task_group() as tg:
        for slot in slots[:-1]:
            tg.start_soon(slot.fill)
        # The body of the group is as good as a task: if it fails the group cancels the tasks, and the other way round.
        for slot in slots[-1:]:
            await slot.fill()

    return [slot.result for slot in slots]
