"""Locks that know of turns and of virtual time, and with them events, conditions, queues, futures and pools of threads.

``threading`` and ``queue`` build all of these of one primitive lock, and time out where the lock does. A thread of a
run that waits for such a lock gives the baton back, and goes on when the lock is released or its virtual time has come.
In the loop's own thread such a wait blocks the loop: threads go on meanwhile, and the virtual time that passes is
noted. Everywhere else the lock is the one of the interpreter.
"""

from __future__ import annotations

import queue
import threading
from _thread import TIMEOUT_MAX, allocate_lock
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from grader.box.simulation.calls import Call, local
from grader.box.simulation.core import current
from grader.box.simulation.resting import ASLEEP
from grader.box.simulation.workers import Workers


def install_locks() -> None:
    """Have ``threading`` and ``queue`` make these locks from now on."""
    module: Any = threading
    module.Lock = module._allocate_lock = TurnLock
    # The ones written in C would block in the interpreter's own locks; these are made of the lock above.
    module.RLock = module._PyRLock
    queue.SimpleQueue = queue._PySimpleQueue  # type: ignore[attr-defined, misc]


@contextmanager
def in_real_time() -> Iterator[None]:
    """Have this thread wait for locks as it would without a simulation."""
    before = _waits_in_real_time()
    local.in_real_time = True
    try:
        yield
    finally:
        local.in_real_time = before


def _waits_in_real_time() -> bool:
    return getattr(local, "in_real_time", False)


def _workers_of_this_thread() -> Workers | None:
    """The workers of the run that this thread belongs to, if it takes turns in one. Raises SystemExit if that is over.

    No code of the learner's may go on in a thread when its run is over.
    """
    simulation = getattr(local, "simulation", None)
    if simulation is not None:
        if simulation.workers.posts.closed:
            raise SystemExit
        return simulation.workers  # type: ignore[no-any-return]
    simulation = current()
    if simulation is None or threading.get_ident() != simulation.loop_thread:
        return None
    return simulation.workers


class TurnLock:
    """Stands in for ``threading.Lock``."""

    __slots__ = ("__weakref__", "_holder", "_lock", "_waiters")

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._holder = 0
        """The thread that took it."""
        self._waiters: dict[Call, None] = {}

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if (not blocking and timeout != -1) or (timeout < 0 and timeout != -1) or timeout > TIMEOUT_MAX:
            return self._lock.acquire(blocking, timeout)  # it knows what to raise
        if self._take():
            return True
        if not blocking:
            return False
        workers = None if _waits_in_real_time() else _workers_of_this_thread()
        if workers is None:
            return self._take_in_real_time(timeout)
        # A thread that takes no turns releases it in real time, and may need a moment.
        moment = ASLEEP if timeout < 0 else min(ASLEEP, timeout)
        if not workers.takes_turns(self._holder) and self._take_in_real_time(moment):
            return True
        got = workers.wait(self._take, self._waiters, None if timeout < 0 else timeout)
        return self._take_in_real_time(timeout) if got is None else got

    def _take(self) -> bool:
        taken = self._lock.acquire(False)
        if taken:
            self._holder = threading.get_ident()
        return taken

    def _take_in_real_time(self, timeout: float) -> bool:
        taken = self._lock.acquire(True, timeout)
        if taken:
            self._holder = threading.get_ident()
        return taken

    def release(self) -> None:
        self._lock.release()
        if self._waiters:
            _wake(self._waiters)

    def locked(self) -> bool:
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._lock = allocate_lock()
        self._holder = 0


def _wake(waiters: dict[Call, None]) -> None:
    simulation = getattr(local, "simulation", None) or current()
    if simulation is not None:
        simulation.workers.wake(waiters)
