# fails: test_no_permit_dies_with_its_waiter (lost-wakeup)
"""Race: the permit is handed over to a task that has been cancelled in the same instant, and is never seen again."""

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
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def release(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1
