"""Worker threads and child processes as part of the simulation: they hold the clock only while they can go on.

Every call that anyio sends to a worker thread is counted. One call at a time holds the baton; which one is a choice of
the schedule. ``time.sleep`` in a worker thread is a virtual sleep. A thread that has used no CPU for 50 ms and sleeps
in the kernel waits for another thread and must not hold the clock. A thread that a busy machine starves is runnable in
the kernel's eyes, so load cannot be mistaken for waiting.

A child process that works holds the clock; one that waits for its parent does not. A worker process of
``anyio.to_process`` lives as long as the event loop and reads from a pipe between two calls: if every child held the
clock, time would stop for good. Whether a child waits for input is told by the kernel.
"""

from __future__ import annotations

import heapq
import itertools
import os
import select
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from grader.box.simulation.schedule import Schedule

_clock = time.perf_counter

TICK = 0.02
"""Real seconds for which the loop waits before it looks at the threads again."""
STUCK = 20.0
"""Real seconds for which the loop waits for threads that do use CPU; the box's own limits usually come first."""
ASLEEP = 0.05
"""Real seconds without CPU after which a sleeping thread or process counts as waiting for another one."""
CHILD_EXIT = 1.0
"""Real seconds that the loop has to notice the exit of a child process."""

OURS = ("AnyIO worker", "Trio thread", "asyncio_", "grader ")
"""How the names of threads begin that are counted, or are the grader's own."""

_INPUT = ("pipe", "unix_stream")
_IDLE = (*_INPUT, "futex")

ThreadState = tuple[str, str, str]
"""The number of a thread, the CPU time it has used, and the function of the kernel in which it sleeps."""


# ---- posts -----------------------------------------------------------------------------------------------------------


class Posts:
    """The letter box of one run: what other threads send to the loop, kept until no task can run and all threads rest.

    If a post were delivered at once, the load of the machine would decide between which two steps it comes. ``add`` and
    ``stir`` are called in other threads, the rest in the loop's.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._posts: deque[Callable[[], object]] = deque()
        self._stirred = threading.Event()
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
        # Only now, because a thread that has posted counts as one that rests.
        for call in self._workers.calls_of_this_thread():
            call.posted = True
        self.stir()

    def stir(self) -> None:
        """Say that a thread rests, or is about to."""
        self._stirred.set()

    def wait(self, seconds: float) -> None:
        """Wait in real time until a thread stirs."""
        self._stirred.wait(seconds)
        self._stirred.clear()

    def take(self) -> bool:
        """Deliver everything; returns whether there was anything."""
        had_posts = bool(self._posts)
        while self._posts:
            self._posts.popleft()()
        return had_posts


# ---- calls -----------------------------------------------------------------------------------------------------------


class Call:
    """One call in a worker thread.

    queued    waits for a token of the capacity limiter; only the loop can change that
    ready     may go on, waits for the baton
    running   holds the baton: the loop waits for it in real time
    sleeping  in a virtual ``time.sleep``
    blocked   waits for a socket of its own
    asking    inside ``from_thread.run``, and the loop does not know it yet
    in-loop   inside ``from_thread.run``: a task of the loop acts for it
    dropped   no task waits for it any more
    """

    __slots__ = (
        *("abandoned", "alarm", "baton", "finished", "late", "line"),
        *("native_id", "number", "posted", "rest", "socket", "state", "thread_id"),
    )

    def __init__(self, number: int, line: int | None = None) -> None:
        self.number = number
        self.line = line
        """The learner's line that asked for it."""
        self.state = "queued"
        self.thread_id: int | None = None
        self.native_id: int | None = None
        self.baton = threading.Event()
        self.rest = Rest()
        self.abandoned = False
        self.finished = False
        self.posted = False
        """Whether it has told the loop that it ended, or what it asks for."""
        self.socket = (-1, 0)
        """The file and the event for which it is blocked."""
        self.alarm = -1
        """The number of the entry among the sleepers that ends its rest."""
        self.late = False
        """Whether its rest was ended by that entry."""

    def is_at_work(self) -> bool:
        """Whether it can still make progress by itself, or is about to post."""
        if self.state == "asking" or (self.state == "running" and self.finished):
            return not (self.posted or self.sleeps())
        return self.state == "running" and not self.sleeps()

    def sleeps(self) -> bool:
        """Whether its thread has slept in the kernel for a while without using CPU, or is gone."""
        if self.native_id is None:
            return False
        try:
            cpu, asleep = _cpu("self", self.native_id), sleeps_in_kernel(self.native_id)
        except OSError:
            return True  # the thread is gone
        return self.rest.goes_on((cpu, asleep)) and asleep


def sleeps_in_kernel(thread: int | str) -> bool:
    """Whether a thread of this process sleeps; a thread that a busy machine starves is runnable. Raises OSError."""
    return _read(f"/proc/self/task/{thread}/stat").rpartition(")")[2].split()[0] == "S"


class Rest:
    """For how long a thread or process has not changed."""

    def __init__(self) -> None:
        self._state: object = None
        self._since = 0.0

    def goes_on(self, state: object) -> bool:
        """Whether every look of the last ``ASLEEP`` real seconds has found this state."""
        if state != self._state:
            self._state, self._since = state, _clock()
            return False
        return _clock() - self._since > ASLEEP


def is_ready(file: int, event: int) -> bool:
    """Whether a call of the kernel on a socket would not block."""
    poll = select.poll()
    poll.register(file, event)
    return bool(poll.poll(0))


# ---- child processes -------------------------------------------------------------------------------------------------


class Children:
    """The child processes of one run."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[Any]] = []
        self._died: dict[int, float] = {}
        self._rests: dict[int, Rest] = {}

    def add(self, child: subprocess.Popen[Any]) -> None:
        self._children.append(child)

    def busy(self) -> bool:
        """Whether any of them may still act by itself, or has ended without the loop's knowledge."""
        return any(self._busy(child) for child in self._children)

    def _busy(self, child: subprocess.Popen[Any]) -> bool:
        if child.returncode is not None:
            return False
        with suppress(ChildProcessError):
            if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return not self._waits_for_input(child.pid)
        return _clock() - self._died.setdefault(child.pid, _clock()) < CHILD_EXIT

    def _waits_for_input(self, process: int) -> bool:
        """Whether a process sleeps in a pipe or socket, and all of its threads there or in locks.

        A process that sleeps for a time, or waits for a child of its own, goes on by itself. Where the kernel does
        not tell, the process counts as busy.
        """
        try:
            state = _state(process)
        except OSError:
            return False
        rests = self._rests.setdefault(process, Rest()).goes_on(state)
        places = [place for _, _, place in state]
        waits = any(_is_one_of(_INPUT, place) for place in places) and all(_is_one_of(_IDLE, place) for place in places)
        return rests and waits


def _state(process: int) -> list[ThreadState]:
    """The state of each thread; the function of the kernel is empty or 0 for one that runs, or if it is kept secret."""
    folder = f"/proc/{process}/task"
    return [(thread, _cpu(process, thread), _read(f"{folder}/{thread}/wchan")) for thread in os.listdir(folder)]


def _cpu(process: int | str, thread: int | str) -> str:
    return _read(f"/proc/{process}/task/{thread}/schedstat").partition(" ")[0]


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _is_one_of(names: tuple[str, ...], place: str) -> bool:
    # The names differ between versions: pipe_read, anon_pipe_read, pipe_wait_readable.
    return any(name in place for name in names)


# ---- the workers of a run --------------------------------------------------------------------------------------------


class _Simulation(Protocol):
    """What is used here of the simulation that runs."""

    @property
    def now(self) -> float: ...

    schedule: Schedule
    loop_thread: int

    def among(self, width: int) -> int: ...

    def worker_stuck(self) -> None: ...
    def untracked_threads(self) -> bool: ...


class Workers:
    """The worker threads and child processes of one run."""

    def __init__(self, simulation: _Simulation) -> None:
        self._simulation = simulation
        self._lock = threading.Lock()
        self._calls: dict[Call, None] = {}
        self._sleepers: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()
        # Not by number: a new thread may get the number of one that is gone.
        self._before = frozenset(threading.enumerate())
        self._foreign: dict[threading.Thread, Call] = {}
        self.started: dict[threading.Thread, int] = {}
        """Threads that the learner's code has started by itself, and in which line."""
        self.children = Children()
        self.only_children = False
        """Whether the last look found child processes at work and no thread."""
        self.waited_since: float | None = None
        """Real time since which the loop has waited for threads, None while it has not."""
        self.posts = Posts(self)

    # ---- called by the backends, in the loop's thread ----------------------------------------------------------------

    def settle(self) -> bool:
        """Let calls go on, one at a time, until all rest; then deliver what they posted.

        Called when no task is ready. Otherwise the loop would see what a thread posts, or sends to a socket, between
        any two steps. Returns whether anything has happened.
        """
        moved = False
        while self._calls and self._pass_baton():
            moved = True
            if self._waited_too_long():
                break
            self.posts.wait(TICK)
        return self.posts.take() or moved

    def others(self) -> float | None:
        """The real seconds to wait for child processes and for threads that did not come through anyio.

        Returns None if none of them can make progress by itself.
        """
        threads = self._foreign_busy() or self._simulation.untracked_threads()
        self.only_children = not threads and self.children.busy()
        if not (threads or self.only_children):
            self.waited_since = None
            return None
        return 0.0 if self._waited_too_long() else TICK

    def _waited_too_long(self) -> bool:
        if self.waited_since is None:
            self.waited_since = _clock()
        if _clock() - self.waited_since <= STUCK:
            return False
        self.waited_since = None
        self._simulation.worker_stuck()
        return True

    def _pass_baton(self) -> bool:
        with self._lock:
            if any(call.is_at_work() for call in self._calls):
                return True
            ready = sorted((call for call in self._calls if call.state == "ready"), key=lambda call: call.number)
            if not ready:
                return False
            simulation, width = self._simulation, len(ready)
            call = ready[simulation.schedule.pick(simulation.among(width)) if width > 1 else 0]
            call.state, call.rest, call.posted = "running", Rest(), False
            call.baton.set()
            return True

    def unblock(self) -> bool:
        """Let the threads go on whose sockets are ready; returns whether there are any."""
        unblocked = [call for call in self._calls if call.state == "blocked" and is_ready(*call.socket)]
        for call in unblocked:
            call.state = "ready"
        return bool(unblocked)

    def wait_for_sockets(self) -> bool:
        """Whether any thread waits for a socket."""
        return any(call.state == "blocked" for call in self._calls)

    def calls_of_this_thread(self) -> list[Call]:
        with self._lock:
            return [call for call in self._calls if call.thread_id == threading.get_ident()]

    def next_deadline(self) -> float:
        """The virtual time at which the next worker in ``time.sleep`` wakes."""
        with self._lock:
            return self._sleepers[0][0] if self._sleepers else inf

    def wake_sleepers(self, now: float) -> None:
        if not self._sleepers:
            return
        with self._lock:
            while self._sleepers and self._sleepers[0][0] <= now:
                _, alarm, call = heapq.heappop(self._sleepers)
                if call.alarm == alarm:
                    call.state, call.late = "ready", True

    def begun(self) -> int:
        """How many calls have left the queue of their limiter."""
        return sum(call.state != "queued" for call in self._calls)

    def new_call(self, line: int | None) -> Call:
        call = Call(next(self._numbers), line)
        with self._lock:
            self._calls[call] = None
        return call

    def still_at_work(self) -> list[int]:
        """The learner's lines that asked for threads which have not come to their end."""
        # Without those that wait for their first turn: whether they have a thread already depends on real time.
        begun = [call.line for call in self._calls if call.state not in ("queued", "ready", "dropped")]
        own = [line for thread, line in self.started.items() if thread.is_alive()]
        return [line for line in begun if line is not None] + own

    def strays(self) -> bool:
        """Whether a thread that the learner's code started by itself goes on, and would do so in the next play."""
        return any(thread.is_alive() for thread in self.started)

    def drop(self, call: Call) -> None:
        """Forget a call that no task awaits any more. An abandoned thread stays tracked until it ends."""
        with self._lock:
            if call.finished or call.state == "queued" or call.thread_id is None:
                self._calls.pop(call, None)
                call.state = "dropped"
                call.baton.set()
            else:
                call.abandoned = True

    def close(self) -> None:
        """End the run: no code of the learner's may go on in a thread."""
        self.posts.closed = True
        for call in list(self._calls):
            call.state = "dropped"
            call.baton.set()
        self._calls.clear()
        self._sleepers.clear()

    # ---- called in the worker threads --------------------------------------------------------------------------------

    def knows(self, call: Call | None) -> bool:
        """Whether the call is still one of this run."""
        return call in self._calls

    def await_baton(self, call: Call) -> None:
        call.baton.wait()
        call.baton.clear()
        if self.posts.closed:
            raise SystemExit

    def sleep(self, call: Call, seconds: float) -> None:
        self._rest(call, "sleeping", seconds)

    def await_socket(self, call: Call, file: int, event: int, seconds: float | None) -> None:
        """Wait until a socket is ready. Raises TimeoutError after so many virtual seconds."""
        call.socket = (file, event)
        self._rest(call, "blocked", seconds)
        if call.late:
            raise TimeoutError("timed out")

    def _rest(self, call: Call, state: str, seconds: float | None) -> None:
        with self._lock:
            if call not in self._calls:
                return
            call.alarm, call.late = next(self._numbers), False
            if seconds is not None:
                heapq.heappush(self._sleepers, (self._simulation.now + max(0.0, seconds), call.alarm, call))
            call.state = state
        self.posts.stir()
        self.await_baton(call)
        call.alarm = -1

    # ---- threads that did not come through anyio ---------------------------------------------------------------------

    def _foreign_busy(self) -> bool:
        tracked = {call.native_id for call in self._calls}
        for thread in threading.enumerate():
            ours = thread.ident == self._simulation.loop_thread or thread in self._before
            if ours or thread.native_id in tracked or thread.name.startswith(OURS):
                continue
            call = self._foreign.setdefault(thread, Call(-1))
            call.native_id = thread.native_id
            if not call.sleeps():
                return True
        return False
