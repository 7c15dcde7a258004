"""A hub whose listeners have a stream each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio


class Listener:
    def __init__(self, hub: Hub, size: int) -> None:
        self._hub = hub
        self._send, self._receive = anyio.create_memory_object_stream(size)
        self._dropped = 0

    async def __aenter__(self) -> Listener:
        self._hub._listeners.add(self)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._hub._listeners.discard(self)
        self._send.close()

    async def __aiter__(self) -> AsyncIterator[object]:
        async with self._receive:
            async for item in self._receive:
                yield item


class Hub:
    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    async def publish(self, item: object) -> None:
        for listener in tuple(self._listeners):
            try:
                listener._send.send_nowait(item)
            except anyio.WouldBlock:
                listener._dropped += 1

    def statistics(self) -> dict[str, int]:
        return {
            "listeners": len(self._listeners),
            "dropped": sum(listener._dropped for listener in self._listeners),
        }
