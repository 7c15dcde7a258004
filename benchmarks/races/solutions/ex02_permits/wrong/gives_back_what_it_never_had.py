# fails: test_a_cancelled_waiter_has_nothing_to_give_back (late-news)
"""Race: a waiter that is cancelled before its turn releases all the same, so one permit is released twice."""

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
            if turn in self._waiting:
                self._waiting.remove(turn)
            self.release()
            raise

    def release(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1
