# fails: test_the_last_item_survives_close (lost-item)
"""Race: the channel is closed between the wake-up for the last item and the step that takes it."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from anyio import EndOfStream, Event
from anyio.lowlevel import checkpoint

T = TypeVar("T")


class Channel(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._closed = False
        self._changed = Event()

    async def send(self, item: T) -> None:
        await checkpoint()
        while len(self._items) >= self._capacity:
            await self._changed.wait()
        self._items.append(item)
        self._tell()

    async def receive(self) -> T:
        await checkpoint()
        while True:
            if self._closed:
                raise EndOfStream
            if self._items:
                break
            await self._changed.wait()
        item = self._items.popleft()
        self._tell()
        return item

    def close(self) -> None:
        self._closed = True
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = Event()
