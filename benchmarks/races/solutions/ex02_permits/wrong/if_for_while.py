# fails: test_a_permit_passed_on_is_not_free (check-then-act)
"""Race: a newcomer takes the permit before the one who was woken has its turn, and that one does not look again."""

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
        if self._free <= 0:
            await self._wait()
        self._free -= 1

    async def _wait(self) -> None:
        turn = Event()
        self._waiting.append(turn)
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                self._wake_one()
            else:
                self._waiting.remove(turn)
            raise

    def release(self) -> None:
        self._free += 1
        self._wake_one()

    def _wake_one(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
