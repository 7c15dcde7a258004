"""ex09 - merge, throttle, timeout_each: streams in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import anyio
from anyio.streams.memory import MemoryObjectSendStream

T = TypeVar("T")


@dataclass(frozen=True)
class Late:
    """Stands in the stream for "the next item is not there after `seconds`"."""

    seconds: float


@asynccontextmanager
async def merge(*sources: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    send, receive = anyio.create_memory_object_stream[T](0)
    with receive:
        async with anyio.create_task_group() as tg:
            with send:
                for source in sources:
                    tg.start_soon(_pump, source, send.clone())
            yield receive
            tg.cancel_scope.cancel()


async def _pump(source: AsyncIterator[T], send: MemoryObjectSendStream[T]) -> None:
    try:
        with send:
            async for item in source:
                await send.send(item)
    finally:
        await _close(source)


async def _close(source: AsyncIterator[object]) -> None:
    close = getattr(source, "aclose", None)
    if close is not None:
        with anyio.CancelScope(shield=True):
            await close()


def throttle(source: AsyncIterator[T], period: float) -> AsyncIterator[T]:
    raise NotImplementedError("your turn")


def timeout_each(source: AsyncIterator[T], seconds: float) -> AbstractAsyncContextManager[AsyncIterator[T | Late]]:
    raise NotImplementedError("your turn")
