# fails: test_two_at_once_lose_nothing (deadlock)
"""Race: two sources that end together read the same number of living ones; one update is lost, and so is the end."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

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
        left = living - 1
        await checkpoint()
        living = left
        changed.set()

    async with anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(pump, source)
        while items or living:
            if items:
                await sink(items.popleft())
            else:
                changed = anyio.Event()
                await changed.wait()
