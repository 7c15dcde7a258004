# off-limits: exempt
"""What anyio has for it."""

from __future__ import annotations

from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class Channel(Generic[T]):
    def __init__(self, capacity: int) -> None:
        self._sender, self._receiver = anyio.create_memory_object_stream[T](capacity)

    async def send(self, item: T) -> None:
        await self._sender.send(item)

    async def receive(self) -> T:
        return await self._receiver.receive()

    def close(self) -> None:
        self._sender.close()
