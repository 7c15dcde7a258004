"""ex01 - join with anyio's handshake: `await tg.start(...)` comes back when the task says that it has begun."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
from anyio.abc import TaskStatus

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, ...]:
    """Run every function concurrently and return all their results in argument order."""
    results: list[T | None] = [None] * len(fns)

    async def run(position: int, fn: Callable[[], Coroutine[Any, Any, T]], *, task_status: TaskStatus[None]) -> None:
        # Before the function and not behind it: the next one is started now, and no time passes in between.
        task_status.started()
        results[position] = await fn()

    async with anyio.create_task_group() as tg:
        for position, fn in enumerate(fns):
            await tg.start(run, position, fn)

    # Every place is filled now, so a None in the list is the result of a function.
    return tuple(results)  # type: ignore[arg-type]
