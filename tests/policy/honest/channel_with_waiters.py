"""A bounded channel whose senders and receivers wait in queues."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class _Waiter(Generic[T]):
    def __init__(self) -> None:
        self._event = anyio.Event()
        self._value: T | None = None
        self._cancelled = False

    def _wake(self, value: T | None = None) -> None:
        self._value = value
        self._event.set()

    async def _wait(self) -> T | None:
        try:
            await self._event.wait()
        except BaseException:
            self._cancelled = True
            raise
        return self._value


class Channel(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._receivers: deque[_Waiter[T]] = deque()
        self._senders: deque[_Waiter[T]] = deque()

    async def send(self, item: T) -> None:
        while len(self._items) >= self._capacity:
            waiter: _Waiter[T] = _Waiter()
            self._senders.append(waiter)
            await waiter._wait()
        self._items.append(item)
        self._wake_one(self._receivers)

    async def receive(self) -> T:
        while not self._items:
            waiter: _Waiter[T] = _Waiter()
            self._receivers.append(waiter)
            await waiter._wait()
        item = self._items.popleft()
        self._wake_one(self._senders)
        return item

    def _wake_one(self, waiters: deque[_Waiter[T]]) -> None:
        while waiters:
            waiter = waiters.popleft()
            if not waiter._cancelled:
                waiter._wake()
                return
