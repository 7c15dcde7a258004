"""A lock handed to the next in line, and a condition built on it."""

from __future__ import annotations

import anyio


class Lock:
    def __init__(self) -> None:
        self._locked = False
        self._queue: list[anyio.Event] = []

    async def acquire(self) -> None:
        if self._locked:
            event = anyio.Event()
            self._queue.append(event)
            await event.wait()
        self._locked = True

    def release(self) -> None:
        self._locked = bool(self._queue)
        if self._queue:
            self._queue.pop(0).set()


class Condition:
    def __init__(self, lock: Lock | None = None) -> None:
        self._lock = lock or Lock()
        self._waiting: list[anyio.Event] = []

    async def __aenter__(self) -> Condition:
        await self._lock.acquire()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._lock.release()

    async def wait(self) -> None:
        if not self._lock._locked:
            raise RuntimeError("wait() needs the lock")
        event = anyio.Event()
        self._waiting.append(event)
        self._lock.release()
        try:
            await event.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await self._lock.acquire()

    def notify(self, count: int = 1) -> None:
        for event in self._waiting[:count]:
            event.set()
        del self._waiting[:count]
