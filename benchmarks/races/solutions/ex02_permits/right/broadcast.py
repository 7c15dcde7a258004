"""Every release wakes everybody, and everybody looks again."""

from __future__ import annotations

from anyio import Event
from anyio.lowlevel import checkpoint


class Permits:
    def __init__(self, count: int) -> None:
        self._free = count
        self._released = Event()

    async def acquire(self) -> None:
        await checkpoint()
        while not self._free:
            await self._released.wait()
        self._free -= 1

    def release(self) -> None:
        self._free += 1
        self._released.set()
        self._released = Event()
