"""One lock per key, and a number that counts how often the key was forgotten."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

V = TypeVar("V")


class Cache(Generic[V]):
    def __init__(self, load: Callable[[str], Awaitable[V]]) -> None:
        self._load = load
        self._values: dict[str, V] = {}
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._forgotten: Counter[str] = Counter()

    async def get(self, key: str) -> V:
        async with self._locks[key]:
            if key in self._values:
                return self._values[key]
            before = self._forgotten[key]
            value = await self._load(key)
            if self._forgotten[key] == before:
                self._values[key] = value
            return value

    def invalidate(self, key: str) -> None:
        self._forgotten[key] += 1
        self._values.pop(key, None)
