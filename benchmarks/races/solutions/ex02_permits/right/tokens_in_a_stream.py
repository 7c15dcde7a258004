"""A permit is an item in a memory stream, which knows how to hand one over."""

from __future__ import annotations

import anyio


class Permits:
    def __init__(self, count: int) -> None:
        self._back, self._tokens = anyio.create_memory_object_stream[None](count)
        for _ in range(count):
            self._back.send_nowait(None)

    async def acquire(self) -> None:
        await self._tokens.receive()

    def release(self) -> None:
        self._back.send_nowait(None)
