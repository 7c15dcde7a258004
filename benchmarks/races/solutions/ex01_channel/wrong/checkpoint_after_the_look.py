# fails: test_no_more_than_the_capacity (check-then-act)
"""Race: two senders see the same free place, because each gives way between looking and putting its item in."""

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
        while len(self._items) >= self._capacity:
            await self._changed.wait()
        await checkpoint()
        self._items.append(item)
        self._tell()

    async def receive(self) -> T:
        await checkpoint()
        while not self._items:
            if self._closed:
                raise EndOfStream
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
