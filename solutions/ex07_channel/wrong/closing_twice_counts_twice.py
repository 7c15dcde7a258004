# fails: test_closing_twice_is_closing_once (edge-case)
# root: edge-case
"""Each close() counts one sender less, also of a sender that is closed already."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


class State(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: deque[T] = deque()
        self.senders = 0
        self.receiver_closed = False
        self.changed = anyio.Event()

    def notify(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()


class Sender(Generic[T]):
    def __init__(self, state: State[T]) -> None:
        self._state = state
        self._closed = False
        state.senders += 1

    async def send(self, item: T) -> None:
        await checkpoint()
        state = self._state
        while True:
            if self._closed:
                raise anyio.ClosedResourceError
            if state.receiver_closed:
                raise anyio.BrokenResourceError
            if len(state.items) < state.capacity:
                break
            await state.changed.wait()
        state.items.append(item)
        state.notify()

    def clone(self) -> Sender[T]:
        if self._closed:
            raise anyio.ClosedResourceError
        return Sender(self._state)

    def close(self) -> None:
        self._closed = True
        self._state.senders -= 1
        self._state.notify()

    def __enter__(self) -> Sender[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


class Receiver(Generic[T]):
    def __init__(self, state: State[T]) -> None:
        self._state = state
        self._closed = False

    async def receive(self) -> T:
        await checkpoint()
        state = self._state
        while True:
            if self._closed:
                raise anyio.ClosedResourceError
            if state.items:
                break
            if state.senders <= 0:
                raise anyio.EndOfStream
            await state.changed.wait()
        item = state.items.popleft()
        state.notify()
        return item

    def close(self) -> None:
        self._closed = True
        self._state.receiver_closed = True
        self._state.notify()

    def __aiter__(self) -> Receiver[T]:
        return self

    async def __anext__(self) -> T:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    def __enter__(self) -> Receiver[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def channel(capacity: int) -> tuple[Sender[T], Receiver[T]]:
    if capacity < 1:
        raise ValueError("capacity must be at least 1")
    state = State[T](capacity)
    return Sender(state), Receiver(state)
