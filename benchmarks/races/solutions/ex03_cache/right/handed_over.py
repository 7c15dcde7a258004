"""The one who loads hands the value to each that waits; if it cannot, those who wait begin anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from anyio import Event
from anyio.lowlevel import checkpoint

V = TypeVar("V")


class _Load(Generic[V]):
    def __init__(self) -> None:
        self.over = Event()
        self.values: list[V] = []


class Cache(Generic[V]):
    def __init__(self, load: Callable[[str], Awaitable[V]]) -> None:
        self._load = load
        self._loads: dict[str, _Load[V]] = {}

    async def get(self, key: str) -> V:
        await checkpoint()
        while True:
            load = self._loads.get(key)
            if load is None:
                load = self._loads[key] = _Load()
                await self._carry_out(key, load)
            else:
                await load.over.wait()
            if load.values:
                return load.values[0]

    async def _carry_out(self, key: str, load: _Load[V]) -> None:
        try:
            load.values.append(await self._load(key))
        finally:
            load.over.set()
            if not load.values and self._loads.get(key) is load:
                del self._loads[key]

    def invalidate(self, key: str) -> None:
        self._loads.pop(key, None)
