"""A semaphore counts what there is to do: an item, or the end of a source. No count is ever lost."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")


async def merge(sources: Sequence[AsyncIterable[T]], sink: Callable[[T], Awaitable[None]]) -> None:
    news: deque[list[T]] = deque()
    count = anyio.Semaphore(0)

    async def pump(source: AsyncIterable[T]) -> None:
        async for item in source:
            news.append([item])
            count.release()
        news.append([])
        count.release()

    async with anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(pump, source)
        living = len(sources)
        while living:
            await count.acquire()
            for item in (items := news.popleft()):
                await sink(item)
            living -= not items
