# fails: test_asking_as_it_lands (lost-wakeup)
"""Race: the load lands between the look and the wait; those in the list have been woken, and nobody will be again."""

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
        self._flights: dict[str, list[Event]] = {}

    async def get(self, key: str) -> V:
        await checkpoint()
        while key not in self._values:
            if key not in self._flights:
                return await self._fly(key)
            waiting = self._flights[key]
            await checkpoint()
            landed = Event()
            waiting.append(landed)
            await landed.wait()
        return self._values[key]

    async def _fly(self, key: str) -> V:
        flight: list[Event] = []
        self._flights[key] = flight
        try:
            value = await self._load(key)
            if self._flights.get(key) is flight:
                self._values[key] = value
            return value
        finally:
            for waiting in flight:
                waiting.set()
            if self._flights.get(key) is flight:
                del self._flights[key]

    def invalidate(self, key: str) -> None:
        self._values.pop(key, None)
        self._flights.pop(key, None)
