# needs: anyio>=4.14
"""Two semaphores count the items and the free places; closing an end gives everybody on the other side a permit.

Before anyio 4.14 a cancelled task could take a permit of a semaphore with it.
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class State(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self.buffer: deque[T] = deque()
        self.senders = 0
        self.receiver_closed = False
        # acquire() is a checkpoint, even if it need not wait.
        self.room = anyio.Semaphore(capacity)
        self.items = anyio.Semaphore(0)


class Sender(Generic[T]):
    def __init__(self, state: State[T]) -> None:
        self._state = state
        self._closed = False
        state.senders += 1

    async def send(self, item: T) -> None:
        state = self._state
        if self._closed:
            raise anyio.ClosedResourceError
        await state.room.acquire()
        if self._closed or state.receiver_closed:
            # The permit goes to the next one, who finds the same.
            state.room.release()
            raise anyio.ClosedResourceError if self._closed else anyio.BrokenResourceError
        state.buffer.append(item)
        state.items.release()

    def clone(self) -> Sender[T]:
        if self._closed:
            raise anyio.ClosedResourceError
        return Sender(self._state)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._state.senders -= 1
        if self._state.senders == 0:
            # One permit without an item. Who gets it passes it on, so it reaches everybody who waits.
            self._state.items.release()

    def __enter__(self) -> Sender[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


class Receiver(Generic[T]):
    def __init__(self, state: State[T]) -> None:
        self._state = state

    async def receive(self) -> T:
        state = self._state
        if state.receiver_closed:
            raise anyio.ClosedResourceError
        await state.items.acquire()
        if state.receiver_closed or not state.buffer:
            state.items.release()
            raise anyio.ClosedResourceError if state.receiver_closed else anyio.EndOfStream
        item = state.buffer.popleft()
        state.room.release()
        return item

    def close(self) -> None:
        if not self._state.receiver_closed:
            self._state.receiver_closed = True
            self._state.room.release()
            self._state.items.release()

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
        raise ValueError("capacity must be positive")
    state = State[T](capacity)
    return Sender(state), Receiver(state)
