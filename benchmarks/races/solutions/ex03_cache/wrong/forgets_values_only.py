# fails: test_nothing_forgotten_comes_back (late-news)
"""Race: a load lands after its key was invalidated, and stores what should have been forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from anyio import Event
from anyio.lowlevel import checkpoint

V = TypeVar("V")


class Cache(Generic[V]):
    def __init__(self, load: Callable[[str], Awaitable[V]]) -> None:
        self._load = load
        self._values: dict[str, V] = {}
        self._flights: dict[str, Event] = {}

    async def get(self, key: str) -> V:
        await checkpoint()
        while key not in self._values:
            if key not in self._flights:
                return await self._fly(key)
            await self._flights[key].wait()
        return self._values[key]

    async def _fly(self, key: str) -> V:
        flight = self._flights[key] = Event()
        try:
            value = self._values[key] = await self._load(key)
            return value
        finally:
            flight.set()
            del self._flights[key]

    def invalidate(self, key: str) -> None:
        self._values.pop(key, None)
