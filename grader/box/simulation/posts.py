"""What other threads send to the loop, and how one thread lets another one go on, in real time."""

from __future__ import annotations

from _thread import allocate_lock
from collections import deque
from collections.abc import Callable
from contextlib import suppress


class Flag:
    """A flag that one thread waits for and that others set; waiting takes it down. It waits in real time.

    Made of the lock of the interpreter itself: ``threading.Event`` waits in virtual time once ``worker_locks`` is in
    place.
    """

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._lock.acquire()

    def set(self) -> None:
        with suppress(RuntimeError):  # it is set already
            self._lock.release()

    def wait(self, seconds: float = -1) -> bool:
        return self._lock.acquire(True, seconds)


class Posts:
    """The letter box of one run: what other threads send to the loop, kept until no task can run and all threads rest.

    If a post were delivered at once, the load of the machine would decide between which two steps it comes. ``add`` and
    ``stir`` are called in other threads, the rest in the loop's. While the loop sleeps in the kernel, and touches
    nothing itself, ``add`` delivers at once, in the other thread.
    """

    def __init__(self, posted: Callable[[], None]) -> None:
        self._posted = posted
        self._posts: deque[Callable[[], object]] = deque()
        self._stirred = Flag()
        self.loop_sleeps = False
        """Whether the loop waits in the kernel, where only its own wake-up reaches it."""
        self.closed = False

    def __bool__(self) -> bool:
        return bool(self._posts)

    def add(self, deliver: Callable[[], object]) -> None:
        if self.loop_sleeps or self.closed:
            deliver()
        else:
            self._posts.append(deliver)
        # Only now, because a thread that has posted its result counts as one that rests.
        self._posted()
        self.stir()

    def stir(self) -> None:
        """Say that a thread rests, or is about to."""
        self._stirred.set()

    def wait(self, seconds: float) -> None:
        """Wait in real time until a thread stirs."""
        self._stirred.wait(seconds)

    def take(self) -> bool:
        """Deliver everything; returns whether there was anything."""
        had_posts = bool(self._posts)
        while self._posts:
            self._posts.popleft()()
        return had_posts
