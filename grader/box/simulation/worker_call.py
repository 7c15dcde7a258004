"""One call in a worker thread, and whether the thread still works."""

from __future__ import annotations

import select
import threading
import time

_clock = time.perf_counter

ASLEEP = 0.05
"""Real seconds without CPU after which a sleeping thread counts as waiting for somebody else."""


class Call:
    """One call in a worker thread.

    queued    waits for a token of the capacity limiter; only the loop can change that
    ready     may go on, waits for the baton
    running   holds the baton: the loop waits for it in real time
    sleeping  in a virtual ``time.sleep``
    blocked   waits for a socket of its own
    asking    inside ``from_thread.run``, and the loop does not know it yet
    in-loop   inside ``from_thread.run``: a task of the loop acts for it
    dropped   nobody waits for it any more
    """

    __slots__ = (
        *("abandoned", "alarm", "baton", "finished", "idle", "late", "line"),
        *("native_id", "number", "posted", "socket", "state", "thread_id"),
    )

    def __init__(self, number: int, line: int | None = None) -> None:
        self.number = number
        self.line = line
        """The student's line that asked for it."""
        self.state = "queued"
        self.thread_id: int | None = None
        self.native_id: int | None = None
        self.baton = threading.Event()
        self.idle: tuple[str, float] | None = None
        """CPU time of the thread when it was last seen to move, and the real time of that look."""
        self.abandoned = False
        self.finished = False
        self.posted = False
        """Whether it has told the loop of its end, or what it asks for."""
        self.socket = (-1, 0)
        """The file and the event for which it is blocked."""
        self.alarm = -1
        """Which entry among the sleepers ends its rest."""
        self.late = False
        """Whether that is what ended it."""

    def is_at_work(self) -> bool:
        """Whether it can still make progress by itself, or has something to post."""
        if self.state == "asking" or (self.state == "running" and self.finished):
            return not (self.posted or self.sleeps())
        return self.state == "running" and not self.sleeps()

    def sleeps(self) -> bool:
        """Whether its thread has slept in the kernel for a while without any CPU, or is gone."""
        if self.native_id is None:
            return False
        try:
            with open(f"/proc/self/task/{self.native_id}/schedstat") as file:
                cpu = file.read().split()[0]
            with open(f"/proc/self/task/{self.native_id}/stat") as file:
                asleep = file.read().rpartition(")")[2].split()[0] == "S"
        except OSError:
            return True  # the thread is gone
        if not asleep or self.idle is None or self.idle[0] != cpu:
            self.idle = (cpu, _clock())
            return False
        return _clock() - self.idle[1] > ASLEEP


def is_ready(file: int, event: int) -> bool:
    """Whether a call of the kernel on a socket would not block."""
    poll = select.poll()
    poll.register(file, event)
    return bool(poll.poll(0))
