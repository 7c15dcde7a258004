"""Every key has an entry with a lock in it. To invalidate is to drop the entry, with whoever still loads into it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio

V = TypeVar("V")


@dataclass
class _Entry(Generic[V]):
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    # A list of none or one: None is a value like any other.
    value: list[V] = field(default_factory=list)


class Cache(Generic[V]):
    def __init__(self, load: Callable[[str], Awaitable[V]]) -> None:
        self._load = load
        self._entries: dict[str, _Entry[V]] = {}

    async def get(self, key: str) -> V:
        entry = self._entries.setdefault(key, _Entry())
        # The lock is released when the one who loads fails or is cancelled; the next one finds no value, and loads.
        async with entry.lock:
            if not entry.value:
                entry.value.append(await self._load(key))
            return entry.value[0]

    def invalidate(self, key: str) -> None:
        self._entries.pop(key, None)
