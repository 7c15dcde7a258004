"""One call in a worker thread: what it does or waits for, whether it has the baton, and whether its thread sleeps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakSet

from grader.box.simulation.posts import Flag
from grader.box.simulation.resting import Rest, cpu_of, sleeps_in_kernel

servants: WeakSet[threading.Thread] = WeakSet()
"""The threads of anyio and trio of which single calls are counted, and the grader's own."""

local = threading.local()
"""In a thread of a run: its ``call`` and its ``simulation``."""


class Call:
    """One call in a worker thread of anyio or trio, or one thread that was started during the run.

    queued    waits for a token of the capacity limiter; only the loop can change that
    ready     may go on, waits for the baton
    running   holds the baton: the loop waits for it in real time
    sleeping  in a virtual ``time.sleep``
    waiting   for a lock, or for the end of another thread
    blocked   waits for a socket of its own
    dropped   no task waits for it any more
    """

    __slots__ = (
        *("abandoned", "alarm", "arrived", "baton", "begun", "finished", "is_ready", "late", "line"),
        *("native_id", "number", "posted", "rest", "state", "task", "thread", "thread_id", "waiters"),
    )

    def __init__(self, number: int, line: int | None = None, thread: threading.Thread | None = None) -> None:
        self.number = number
        self.line = line
        """The learner's line that asked for it."""
        self.task: int | None = None
        """The task that asked for it, or that asked for the thread which did."""
        self.thread = thread
        """The thread, if the call is all that it does."""
        self.state = "queued"
        self.thread_id: int | None = None
        self.native_id: int | None = None
        self.arrived = Flag()
        """Set when a thread has taken the call."""
        self.baton = Flag()
        self.rest = Rest()
        self.begun = False
        """Whether it has had the baton."""
        self.abandoned = False
        self.finished = False
        self.posted = False
        """Whether it has told the loop that it ended."""
        self.is_ready: Callable[[], bool] = bool
        """Whether what it is blocked for has come."""
        self.waiters: dict[Call, None] = {}
        """The calls that wait for the end of its thread."""
        self.alarm = -1
        """The number of the entry among the sleepers that ends its rest."""
        self.late = False
        """Whether its rest was ended by that entry."""

    def is_at_work(self) -> bool:
        """Whether it can still make progress by itself, or is about to post."""
        return self.state == "running" and not (self.finished and self.posted) and not self.sleeps()

    def sleeps(self) -> bool:
        """Whether its thread has slept in the kernel for a while without using CPU, or is gone."""
        if self.native_id is None:
            return False
        try:
            cpu, asleep = cpu_of("self", self.native_id), sleeps_in_kernel(self.native_id)
        except OSError:
            return True  # the thread is gone
        return self.rest.goes_on((cpu, asleep)) and asleep
