"""Each task decides in the step in which its function returns, and only if nobody has decided yet."""

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
            # Not raised here: the group would raise it although the race may be decided.
            if not winner:
                errors.append(error)
        else:
            # Cancelling does not reach a task whose wait is over already, so others may still come here.
            if not winner and not errors:
                winner.append((index, value))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if errors:
        raise errors[0]
    return winner[0]
