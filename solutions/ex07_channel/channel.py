"""ex07 - channel: message passing, made by hand."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


class State(Generic[T]):
    """What both halves share. Only tasks of one thread use it, so an `await` is the one place where it can change."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: deque[T] = deque()
        self.senders = 0
        self.receiver_is_open = True
        self.changed = anyio.Event()

    def notify(self) -> None:
        """Wake every task that waits, whatever it waits for; each looks again at what it needs.

        Waking a single task is cheaper, and that task can be cancelled just then: it would have to wake another one in
        its place. An event that is set stays set, so the next change needs a new one.
        """
        self.changed.set()
        self.changed = anyio.Event()


class Sender(Generic[T]):
    """The sending half.  Close it when you are done, or use `with sender:`."""

    def __init__(self, state: State[T]) -> None:
        self._state = state
        self._closed = False
        state.senders += 1

    async def send(self, item: T) -> None:
        """Put the item into the channel; it is sent when send() returns."""
        # The checkpoint comes first: if it raises the cancellation, nothing has happened yet.
        await checkpoint()
        while not self._has_room():
            await self._state.changed.wait()
        # No `await` from the last look at the state to the end: what was seen is still true.
        self._state.items.append(item)
        self._state.notify()

    def _has_room(self) -> bool:
        if self._closed:
            raise anyio.ClosedResourceError
        if not self._state.receiver_is_open:
            raise anyio.BrokenResourceError
        return len(self._state.items) < self._state.capacity

    def clone(self) -> Sender[T]:
        """Another sender for the same channel."""
        if self._closed:
            raise anyio.ClosedResourceError
        return Sender(self._state)

    def close(self) -> None:
        """Close this sender.  Not async: clean-up must not need to wait."""
        if self._closed:
            return
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
    """The receiving half.  `async for item in receiver` ends when all senders are closed."""

    def __init__(self, state: State[T]) -> None:
        self._state = state
        self._closed = False

    async def receive(self) -> T:
        """Take the oldest item."""
        await checkpoint()
        while not self._has_item():
            await self._state.changed.wait()
        item = self._state.items.popleft()
        self._state.notify()
        return item

    def _has_item(self) -> bool:
        if self._closed:
            raise anyio.ClosedResourceError
        # The items first: what was sent before the last sender was closed is still received.
        if self._state.items:
            return True
        if self._state.senders == 0:
            raise anyio.EndOfStream
        return False

    def close(self) -> None:
        """Close the receiver."""
        self._closed = True
        self._state.receiver_is_open = False
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
    """Make a channel, and return its first sender and its receiver."""
    if capacity < 1:
        raise ValueError("a channel needs room for at least one item")
    state = State[T](capacity)
    return Sender(state), Receiver(state)
