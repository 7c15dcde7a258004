"""ex03 - cache: many ask, one loads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """Remembers what ``load`` returned for a key."""

    def __init__(self, load: Callable[[str], Awaitable[V]]) -> None:
        raise NotImplementedError("your turn")

    async def get(self, key: str) -> V:
        """Return the value of a key. However many ask, one of them loads."""
        raise NotImplementedError("your turn")

    def invalidate(self, key: str) -> None:
        """Forget the value. What is being loaded at this moment is not for those who ask later."""
        raise NotImplementedError("your turn")
