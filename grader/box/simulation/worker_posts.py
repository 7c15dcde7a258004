"""What other threads send to the loop, kept until no task can run and every thread rests.

Taken in at once it would come between any two steps, as the machine's load has it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.box.simulation.workers import Workers


class Posts:
    """The letter box of one run. ``add`` and ``stir`` are called in other threads, the rest in the loop's."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._posts: deque[Callable[[], object]] = deque()
        self._stirred = threading.Event()
        self.loop_sleeps = False
        """Whether the loop waits in the kernel, where nothing but its own wake-up reaches it."""
        self.closed = False

    def __bool__(self) -> bool:
        return bool(self._posts)

    def add(self, deliver: Callable[[], object]) -> None:
        if self.loop_sleeps or self.closed:
            deliver()
        else:
            self._posts.append(deliver)
        # Afterwards: a thread that has posted counts as one that rests.
        for call in self._workers.calls_of_this_thread():
            call.posted = True
        self.stir()

    def stir(self) -> None:
        """Say that a thread rests, or is about to."""
        self._stirred.set()

    def wait(self, seconds: float) -> None:
        """Wait in real time until a thread says something."""
        self._stirred.wait(seconds)
        self._stirred.clear()

    def take(self) -> bool:
        """Deliver everything; returns whether there was anything."""
        found = bool(self._posts)
        while self._posts:
            self._posts.popleft()()
        return found
