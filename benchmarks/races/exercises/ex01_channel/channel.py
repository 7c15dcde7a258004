"""ex01 - channel: items from many tasks to many tasks."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Channel(Generic[T]):
    """A bounded buffer between any number of tasks."""

    def __init__(self, capacity: int) -> None:
        raise NotImplementedError("your turn")

    async def send(self, item: T) -> None:
        """Put an item in; wait while the channel is full."""
        raise NotImplementedError("your turn")

    async def receive(self) -> T:
        """Take the oldest item; wait while there is none. Raises anyio.EndOfStream when closed and empty."""
        raise NotImplementedError("your turn")

    def close(self) -> None:
        """End the channel. What was sent before is still received."""
        raise NotImplementedError("your turn")
