"""ex07 - channel: message passing, made by hand."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


class Waiters:
    """The tasks that wait on one side; one is woken at a time."""

    def __init__(self) -> None:
        self.events: deque[anyio.Event] = deque()

    async def wait(self) -> None:
        event = anyio.Event()
        self.events.append(event)
        try:
            await event.wait()
        except BaseException:
            if event.is_set():
                self.wake_one()
            else:
                self.events.remove(event)
            raise

    def wake_one(self) -> None:
        if self.events:
            self.events.popleft().set()

    def wake_all(self) -> None:
        while self.events:
            self.events.popleft().set()


class State(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: deque[T] = deque()
        self.senders = 0
        self.receiver_closed = False
        self.waiting_senders = Waiters()
        self.waiting_receivers = Waiters()


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
            await state.waiting_senders.wait()
        state.items.append(item)
        state.waiting_receivers.wake_one()
        if len(state.items) < state.capacity:
            state.waiting_senders.wake_one()

    def clone(self) -> Sender[T]:
        if self._closed:
            raise anyio.ClosedResourceError
        return Sender(self._state)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._state.senders -= 1
            if self._state.senders == 0:
                self._state.waiting_receivers.wake_all()

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
        if self._closed:
            raise anyio.ClosedResourceError
        if not state.items:
            if state.senders:
                await state.waiting_receivers.wait()
            if not state.items and state.senders == 0:
                raise anyio.EndOfStream
        item = state.items.popleft()
        state.waiting_senders.wake_one()
        if state.items:
            state.waiting_receivers.wake_one()
        return item

    def close(self) -> None:
        self._closed = True
        self._state.receiver_closed = True
        self._state.waiting_senders.wake_all()

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
