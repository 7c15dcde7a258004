"""Wakes one at a time. Whoever is cancelled after having been woken wakes the next one."""

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
        self._senders: deque[Event] = deque()
        self._receivers: deque[Event] = deque()

    async def send(self, item: T) -> None:
        await checkpoint()
        while len(self._items) >= self._capacity:
            await _wait(self._senders)
        self._items.append(item)
        self._wake_who_can_go_on()

    async def receive(self) -> T:
        await checkpoint()
        while not self._items:
            if self._closed:
                raise EndOfStream
            await _wait(self._receivers)
        item = self._items.popleft()
        self._wake_who_can_go_on()
        return item

    def close(self) -> None:
        self._closed = True
        while self._receivers:
            _wake(self._receivers)

    def _wake_who_can_go_on(self) -> None:
        # After every change, not only when the channel was empty or full: several may have been woken for one item.
        if self._items:
            _wake(self._receivers)
        if len(self._items) < self._capacity:
            _wake(self._senders)


async def _wait(queue: deque[Event]) -> None:
    turn = Event()
    queue.append(turn)
    try:
        await turn.wait()
    except BaseException:
        if turn.is_set():
            _wake(queue)
        else:
            queue.remove(turn)
        raise


def _wake(queue: deque[Event]) -> None:
    if queue:
        queue.popleft().set()
