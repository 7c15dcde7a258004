# fails: test_no_more_than_permits (check-then-act)
"""Race: two tasks see the same free permit, because each gives way between looking and taking it."""

from __future__ import annotations

from collections import deque

from anyio import Event
from anyio.lowlevel import checkpoint


class Permits:
    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[Event] = deque()

    async def acquire(self) -> None:
        if self._free > 0:
            await checkpoint()
            self._free -= 1
            return
        turn = Event()
        self._waiting.append(turn)
        try:
            await turn.wait()
        except BaseException:
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
