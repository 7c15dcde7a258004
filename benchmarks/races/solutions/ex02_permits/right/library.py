# off-limits: exempt
"""What anyio has for it."""

from __future__ import annotations

import anyio


class Permits:
    def __init__(self, count: int) -> None:
        self._semaphore = anyio.Semaphore(count)

    async def acquire(self) -> None:
        await self._semaphore.acquire()

    def release(self) -> None:
        self._semaphore.release()
