"""Every task has a scope of its own, and the first that is home cancels those of the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def first(*fns: Callable[[], Awaitable[T]]) -> tuple[int, T]:
    scopes = [anyio.CancelScope() for _ in fns]
    home: list[int] = []
    values: dict[int, T] = {}
    errors: dict[int, Exception] = {}

    async def run(index: int, fn: Callable[[], Awaitable[T]]) -> None:
        with scopes[index]:
            try:
                values[index] = await fn()
            except Exception as error:
                errors[index] = error
            home.append(index)
            for other in scopes:
                other.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if home[0] in errors:
        raise errors[home[0]]
    return home[0], values[home[0]]
