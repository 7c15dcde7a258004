# fails: test_two_at_once_lose_nothing (lost-item)
"""Race: two sources deliver and end before anybody looks; one wake-up, one item, and no source is left."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")


async def merge(sources: Sequence[AsyncIterable[T]], sink: Callable[[T], Awaitable[None]]) -> None:
    items: deque[T] = deque()
    living = len(sources)
    changed = anyio.Event()

    async def pump(source: AsyncIterable[T]) -> None:
        nonlocal living
        async for item in source:
            items.append(item)
            changed.set()
        living -= 1
        changed.set()

    async with anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(pump, source)
        while living:
            await changed.wait()
            changed = anyio.Event()
            if items:
                await sink(items.popleft())
