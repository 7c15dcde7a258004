"""One semaphore counts the items, one the room. Closing adds a permit that stands for no item and is passed round."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from anyio import EndOfStream, Semaphore

T = TypeVar("T")


class Channel(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self._items: deque[T] = deque()
        self._there = Semaphore(0)
        self._room = Semaphore(capacity)

    async def send(self, item: T) -> None:
        await self._room.acquire()
        self._items.append(item)
        self._there.release()

    async def receive(self) -> T:
        await self._there.acquire()
        if not self._items:
            self._there.release()
            raise EndOfStream
        self._room.release()
        return self._items.popleft()

    def close(self) -> None:
        self._there.release()
