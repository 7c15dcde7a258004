# fails: test_one_load_for_all (check-then-act)
"""Race: two tasks see that nobody loads, because each gives way between looking and saying that it does."""

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
        while key not in self._values:
            if key not in self._flights:
                await checkpoint()
                return await self._fly(key)
            await self._flights[key].wait()
        return self._values[key]

    async def _fly(self, key: str) -> V:
        flight = self._flights[key] = Event()
        try:
            value = await self._load(key)
            if self._flights.get(key) is flight:
                self._values[key] = value
            return value
        finally:
            flight.set()
            if self._flights.get(key) is flight:
                del self._flights[key]

    def invalidate(self, key: str) -> None:
        self._values.pop(key, None)
        self._flights.pop(key, None)
