"""A cache that shares calls under way and forgets after a while."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

import anyio


@dataclass
class _Slot:
    _event: anyio.Event
    _value: Any = None
    _error: Exception | None = None
    _expires: float = 0.0


class Cache:
    def __init__(self, load: Callable[[Hashable], Awaitable[Any]], *, seconds: float) -> None:
        self._load = load
        self._seconds = seconds
        self._slots: dict[Hashable, _Slot] = {}

    async def get(self, key: Hashable) -> Any:
        slot = self._slots.get(key)
        if slot is not None and slot._event.is_set() and slot._expires < anyio.current_time():
            del self._slots[key]
            slot = None
        if slot is None:
            slot = self._slots[key] = _Slot(anyio.Event())
            await self._fill(key, slot)
        else:
            await slot._event.wait()
        if slot._error is not None:
            raise slot._error
        return slot._value

    async def _fill(self, key: Hashable, slot: _Slot) -> None:
        try:
            slot._value = await self._load(key)
        except Exception as error:
            slot._error = error
            self._slots.pop(key, None)
        slot._expires = anyio.current_time() + self._seconds
        slot._event.set()

    def __len__(self) -> int:
        return sum(1 for slot in self._slots.values() if slot._error is None)
