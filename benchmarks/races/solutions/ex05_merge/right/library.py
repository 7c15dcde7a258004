# off-limits: exempt
"""A memory stream, with a clone of its sending end for every source."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
from anyio.abc import ObjectSendStream

T = TypeVar("T")


async def merge(sources: Sequence[AsyncIterable[T]], sink: Callable[[T], Awaitable[None]]) -> None:
    sender, receiver = anyio.create_memory_object_stream[T](0)

    async def pump(source: AsyncIterable[T], out: ObjectSendStream[T]) -> None:
        async with out:
            async for item in source:
                await out.send(item)

    async with anyio.create_task_group() as group, receiver:
        with sender:
            for source in sources:
                group.start_soon(pump, source, sender.clone())
        async for item in receiver:
            await sink(item)
