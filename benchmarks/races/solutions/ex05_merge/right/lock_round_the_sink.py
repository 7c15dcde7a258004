"""Every source delivers by itself; a lock lets one of them at a time."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")


async def merge(sources: Sequence[AsyncIterable[T]], sink: Callable[[T], Awaitable[None]]) -> None:
    lock = anyio.Lock()

    async def pump(source: AsyncIterable[T]) -> None:
        async for item in source:
            async with lock:
                await sink(item)

    async with anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(pump, source)
