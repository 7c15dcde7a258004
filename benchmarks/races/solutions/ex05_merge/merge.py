"""The sources fill a deque; one loop empties it. It is over when no source lives and nothing is left."""

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
        while items or living:
            if items:
                await sink(items.popleft())
            else:
                # The look and the new event are one step, so nothing can come between them.
                changed = anyio.Event()
                await changed.wait()
