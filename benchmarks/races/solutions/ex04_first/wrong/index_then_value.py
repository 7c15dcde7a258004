# fails: test_index_and_value_belong_together (check-then-act)
"""Race: index and value are stored in two steps, and between them another task stores its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def first(*fns: Callable[[], Awaitable[T]]) -> tuple[int, T]:
    home: list[int] = []
    values: list[T] = []
    errors: list[Exception] = []

    async def run(index: int, fn: Callable[[], Awaitable[T]]) -> None:
        try:
            value = await fn()
        except Exception as error:
            if not home:
                errors.append(error)
        else:
            if not errors:
                home.append(index)
                await checkpoint()
                values.append(value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if errors:
        raise errors[0]
    return home[0], values[0]
