# fails: test_a_burst_serves_all_who_wait (lost-wakeup)
"""Race: a second item comes before the first was taken; the channel is not empty then, so nobody is woken for it."""

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
        if len(self._items) == 1:
            _wake(self._receivers)

    async def receive(self) -> T:
        await checkpoint()
        while not self._items:
            if self._closed:
                raise EndOfStream
            await _wait(self._receivers)
        item = self._items.popleft()
        if len(self._items) == self._capacity - 1:
            _wake(self._senders)
        return item

    def close(self) -> None:
        self._closed = True
        while self._receivers:
            _wake(self._receivers)


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
