# fails: test_timeout_each_marks_late_items (late-unannounced)
# root: late-unannounced
"""Begins to measure with the second request."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectSendStream

T = TypeVar("T")


@dataclass(frozen=True)
class Late:
    """Stands in the stream for "the next item is not there after `seconds`"."""

    seconds: float


# Not an async generator with a task group inside: its `yield` would be left by whoever asks for the next item, at any
# time and in any task. An `@asynccontextmanager` is entered and left once, in one task, and so may be a group's home.
@asynccontextmanager
async def merge(*sources: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    # Size 0: a pump waits in send() until its item is taken, and only then asks for the next one.
    send, receive = anyio.create_memory_object_stream[T](0)
    with receive:
        async with anyio.create_task_group() as tg:
            # Each pump closes its own clone, and this `with` closes the first one: with the last of them the stream
            # ends, and without any source at once.
            with send:
                for source in sources:
                    tg.start_soon(_pump, source, send.clone())
            yield receive
            # Not in a `finally`: where the block is left by an error, the group cancels its tasks by itself.
            tg.cancel_scope.cancel()


async def _pump(source: AsyncIterator[T], send: MemoryObjectSendStream[T]) -> None:
    try:
        with send:
            async for item in source:
                await send.send(item)
    finally:
        # Here, where the source is certainly not being asked any more, however the loop was left.
        await _close(source)


async def _close(source: AsyncIterator[object]) -> None:
    close = getattr(source, "aclose", None)
    if close is not None:
        # A pump is usually here because it was cancelled: without the shield aclose() would end at its first wait.
        with anyio.CancelScope(shield=True):
            await close()


def throttle(source: AsyncIterator[T], period: float) -> AsyncIterator[T]:
    return _Throttled(source, period)


class _Throttled(AsyncIterator[T]):
    """A class and no generator: the `finally` of a generator that was never begun does not run when it is closed."""

    def __init__(self, source: AsyncIterator[T], period: float) -> None:
        self._source = source
        self._period = period
        self._began = -math.inf

    async def __anext__(self) -> T:
        # From the beginning of the last request, whoever was slow since then; after that nothing is left to wait for.
        await anyio.sleep(max(0.0, self._began + self._period - anyio.current_time()))
        self._began = anyio.current_time()
        return await self._source.__anext__()

    async def aclose(self) -> None:
        await _close(self._source)


@asynccontextmanager
async def timeout_each(source: AsyncIterator[T], seconds: float) -> AsyncIterator[AsyncIterator[T | Late]]:
    # merge() of one source is what is needed: a task that asks the source, and something else to put a timeout round.
    async with merge(source) as items:
        yield _Timed(items, seconds)


class _Timed(AsyncIterator["T | Late"], Generic[T]):
    def __init__(self, items: AsyncIterator[T], seconds: float) -> None:
        self._items = items
        self._seconds = seconds
        self._is_late = True  # nobody has waited yet

    async def __anext__(self) -> T | Late:
        # After Late there is no limit: it is given once, and the next request waits for the item.
        with anyio.move_on_after(math.inf if self._is_late else self._seconds):
            item = await self._items.__anext__()
            self._is_late = False
            return item
        self._is_late = True
        return Late(self._seconds)
