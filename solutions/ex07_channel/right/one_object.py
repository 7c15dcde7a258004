"""All state is in one object, with a list of the tasks that wait, each with what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

T = TypeVar("T")


class Pipe(Generic[T]):
    """The items in a list, the senders that are open in a set, and an event for each task that waits."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: list[T] = []
        self.senders: set[Sender[T]] = set()
        self.open = True
        self.sleepers: list[tuple[Callable[[], bool], anyio.Event]] = []

    def has_room(self) -> bool:
        return not self.open or len(self.items) < self.capacity

    def has_news(self) -> bool:
        return not self.open or bool(self.items) or not self.senders

    async def until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            sleeper = (ready, anyio.Event())
            self.sleepers.append(sleeper)
            try:
                await sleeper[1].wait()
            finally:
                self.sleepers.remove(sleeper)

    def changed(self) -> None:
        # All for whom something has changed: several may wake up for one item, and all but one go back to sleep.
        for ready, event in self.sleepers:
            if ready():
                event.set()


class Sender(Generic[T]):
    def __init__(self, pipe: Pipe[T]) -> None:
        self.pipe = pipe
        pipe.senders.add(self)

    def _check(self) -> None:
        if self not in self.pipe.senders:
            raise anyio.ClosedResourceError

    async def send(self, item: T) -> None:
        self._check()
        await checkpoint()
        await self.pipe.until(self.pipe.has_room)
        self._check()
        if not self.pipe.open:
            raise anyio.BrokenResourceError
        self.pipe.items.append(item)
        self.pipe.changed()

    def clone(self) -> Sender[T]:
        self._check()
        return Sender(self.pipe)

    def close(self) -> None:
        self.pipe.senders.discard(self)
        self.pipe.changed()

    def __enter__(self) -> Sender[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


class Receiver(Generic[T]):
    def __init__(self, pipe: Pipe[T]) -> None:
        self.pipe = pipe

    async def receive(self) -> T:
        await checkpoint()
        await self.pipe.until(self.pipe.has_news)
        if not self.pipe.open:
            raise anyio.ClosedResourceError
        if not self.pipe.items:
            raise anyio.EndOfStream
        item = self.pipe.items.pop(0)
        self.pipe.changed()
        return item

    def close(self) -> None:
        self.pipe.open = False
        self.pipe.changed()

    def __aiter__(self) -> Receiver[T]:
        return self

    async def __anext__(self) -> T:
        try:
            return await self.receive()
        except anyio.EndOfStream as end:
            raise StopAsyncIteration from end

    def __enter__(self) -> Receiver[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


def channel(capacity: int) -> tuple[Sender[T], Receiver[T]]:
    if capacity <= 0:
        raise ValueError("capacity must be at least 1")
    pipe: Pipe[T] = Pipe(capacity)
    return Sender(pipe), Receiver(pipe)
