"""Worker threads as part of the simulation: they take turns, and hold the clock only while they can go on.

Every call that anyio sends to a worker thread is counted. One call at a time holds the baton; which one is a choice
of the schedule. ``time.sleep`` in a worker is a virtual sleep. A thread that has used no CPU for 50 ms and sleeps in
the kernel waits for somebody else and must not hold the clock; a thread that is merely starved by a busy machine is
runnable there, so load cannot be mistaken for waiting.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Protocol

from grader.box.simulation.children import Children

if TYPE_CHECKING:
    from grader.box.simulation.schedule import Schedule

_clock = time.perf_counter

TICK = 0.02
"""Real seconds for which the loop waits before it looks at the threads again."""
ASLEEP = 0.05
"""Real seconds without CPU after which a sleeping thread counts as waiting for somebody else."""
STUCK = 20.0
"""Real seconds for which the loop waits for threads that do use CPU; the box's own limits usually come first."""

OURS = ("AnyIO worker", "Trio thread", "asyncio_", "grader ")


class _Simulation(Protocol):
    @property
    def now(self) -> float: ...

    schedule: Schedule
    loop_thread: int
    wake: Callable[[], None]

    def worker_stuck(self) -> None: ...
    def untracked_threads(self) -> bool: ...


class Call:
    """One call in a worker thread.

    queued    waits for a token of the capacity limiter; only the loop can change that
    ready     may go on, waits for the baton
    running   holds the baton: the loop waits for it in real time
    sleeping  in a virtual ``time.sleep``
    in-loop   inside ``from_thread.run``: a task of the loop acts for it
    dropped   nobody waits for it any more
    """

    __slots__ = ("abandoned", "baton", "finished", "idle", "line", "native_id", "number", "state", "thread_id")

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


class Workers:
    """The worker threads of one run."""

    def __init__(self, simulation: _Simulation) -> None:
        self._simulation = simulation
        self._lock = threading.Lock()
        self._calls: dict[Call, None] = {}
        self._sleepers: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()
        self._closed = False
        # Not by number: a thread that is gone lends its number to the next.
        self._before = frozenset(threading.enumerate())
        self._foreign: dict[threading.Thread, Call] = {}
        self.started: dict[threading.Thread, int] = {}
        """Threads that the student's code has started by itself, and in which line."""
        self.children = Children()
        self.only_children = False
        """Whether the last look found nobody at work but child processes."""
        self.waited_since: float | None = None
        """Real time since which the loop has waited for threads, None while it has not."""

    # ---- called by the backends, in the loop's thread ----------------------------------------------------------------

    def run(self) -> float | None:
        """Let worker threads go on, one at a time, now that no task is ready.

        Returns for how many real seconds to wait for them and for child processes, or None if none of them can make
        progress by itself.
        """
        busy = bool(self._calls) and self._pass_baton()
        busy = busy or self._foreign_busy() or self._simulation.untracked_threads()
        self.only_children = not busy and self.children.busy()
        if not (busy or self.only_children):
            self.waited_since = None
            return None
        if self.waited_since is None:
            self.waited_since = _clock()
        elif _clock() - self.waited_since > STUCK:
            self.waited_since = None
            self._simulation.worker_stuck()
            return 0.0
        return TICK

    def _pass_baton(self) -> bool:
        with self._lock:
            if any(call.state == "running" and not _sleeps(call) for call in self._calls):
                return True
            ready = sorted((call for call in self._calls if call.state == "ready"), key=lambda call: call.number)
            if not ready:
                return False
            call = ready[self._simulation.schedule.pick(len(ready)) if len(ready) > 1 else 0]
            call.state, call.idle = "running", None
            call.baton.set()
            return True

    def next_deadline(self) -> float:
        """When the next worker in ``time.sleep`` wakes."""
        with self._lock:
            return self._sleepers[0][0] if self._sleepers else inf

    def wake_sleepers(self, now: float) -> None:
        if not self._sleepers:
            return
        with self._lock:
            while self._sleepers and self._sleepers[0][0] <= now:
                heapq.heappop(self._sleepers)[2].state = "ready"

    def begun(self) -> int:
        """How many calls have left the queue of their limiter."""
        return sum(call.state != "queued" for call in self._calls)

    def new_call(self, line: int | None) -> Call:
        call = Call(next(self._numbers), line)
        with self._lock:
            self._calls[call] = None
        return call

    def still_at_work(self) -> list[int]:
        """The student's lines that asked for threads which have not come to their end."""
        # Not those that wait for their first turn: whether they have a thread already is a matter of real time.
        begun = [call.line for call in self._calls if call.state in ("running", "sleeping", "in-loop")]
        own = [line for thread, line in self.started.items() if thread.is_alive()]
        return [line for line in begun if line is not None] + own

    def strays(self) -> bool:
        """Whether a thread that the student's code started by itself goes on, and would do so in the next play."""
        return any(thread.is_alive() for thread in self.started)

    def drop(self, call: Call) -> None:
        """The awaiting task is done with this call. A thread that was abandoned stays tracked until it ends."""
        with self._lock:
            if call.finished or call.state == "queued" or call.thread_id is None:
                self._calls.pop(call, None)
                call.state = "dropped"
                call.baton.set()
            else:
                call.abandoned = True

    def close(self) -> None:
        """The run is over: nothing of the student's may go on in a thread."""
        self._closed = True
        for call in list(self._calls):
            call.state = "dropped"
            call.baton.set()
        self._calls.clear()
        self._sleepers.clear()

    # ---- called in the worker threads --------------------------------------------------------------------------------

    def knows(self, call: Call | None) -> bool:
        return call in self._calls

    def await_baton(self, call: Call) -> None:
        call.baton.wait()
        call.baton.clear()
        if self._closed:
            raise SystemExit

    def sleep(self, call: Call, seconds: float) -> None:
        with self._lock:
            if call not in self._calls:
                return
            wake_at = self._simulation.now + max(0.0, seconds)
            heapq.heappush(self._sleepers, (wake_at, next(self._numbers), call))
            call.state = "sleeping"
        self._simulation.wake()
        self.await_baton(call)

    # ---- threads that did not come through anyio ---------------------------------------------------------------------

    def _foreign_busy(self) -> bool:
        tracked = {call.native_id for call in self._calls}
        for thread in threading.enumerate():
            ours = thread.ident == self._simulation.loop_thread or thread in self._before
            if ours or thread.native_id in tracked or thread.name.startswith(OURS):
                continue
            call = self._foreign.setdefault(thread, Call(-1))
            call.native_id = thread.native_id
            if not _sleeps(call):
                return True
        return False


def _sleeps(call: Call) -> bool:
    if call.native_id is None:
        return False
    try:
        with open(f"/proc/self/task/{call.native_id}/schedstat") as file:
            cpu = file.read().split()[0]
        with open(f"/proc/self/task/{call.native_id}/stat") as file:
            asleep = file.read().rpartition(")")[2].split()[0] == "S"
    except OSError:
        return True  # the thread is gone
    if not asleep or call.idle is None or call.idle[0] != cpu:
        call.idle = (cpu, _clock())
        return False
    return _clock() - call.idle[1] > ASLEEP
