# fails: test_what_comes_while_the_sink_is_busy (deadlock)
"""Race: what arrives while the sink is busy sets an event that nobody looks at any more."""

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
            await changed.wait()
            arrived = list(items)
            items.clear()
            for item in arrived:
                await sink(item)
            changed = anyio.Event()
