# fails: test_two_at_once_lose_nothing (lost-item)
"""Race: a second item arrives before the first was taken, and is put in its place."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")


async def merge(sources: Sequence[AsyncIterable[T]], sink: Callable[[T], Awaitable[None]]) -> None:
    items: list[T] = []
    living = len(sources)
    changed = anyio.Event()

    async def pump(source: AsyncIterable[T]) -> None:
        nonlocal living
        async for item in source:
            items[:] = [item]
            changed.set()
        living -= 1
        changed.set()

    async with anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(pump, source)
        while items or living:
            if items:
                await sink(items.pop())
            else:
                changed = anyio.Event()
                await changed.wait()
