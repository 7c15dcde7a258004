"""A permit is handed over from one task to the next, so it is never free while somebody waits."""

from __future__ import annotations

from collections import deque

from anyio import Event
from anyio.lowlevel import checkpoint


class Permits:
    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Event] = deque()

    async def acquire(self) -> None:
        await checkpoint()
        if self._free:
            self._free -= 1
            return
        turn = Event()
        self._waiting.append(turn)
        try:
            await turn.wait()
        except BaseException:
            # Cancelled. What has been handed over already goes on to the next; what has not is not ours to give.
            if turn.is_set():
                self.release()
            else:
                self._waiting.remove(turn)
            raise

    def release(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1
