"""Worker threads as part of the simulation: they take turns, and hold the clock only while they can go on.

Every call that anyio sends to a worker thread is counted, and so is every thread that is started while a run goes on.
One of them at a time holds the baton, and the loop goes on when all of them rest. Which one gets the baton is a choice
of the schedule. ``time.sleep``, locks and all that is built of locks, and sockets say that their thread rests, and
until when in virtual time. A thread that rests in any other way is found out by what the kernel says of it.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from _thread import RLock
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from grader.box.simulation.calls import Call, local, servants
from grader.box.simulation.children import Children
from grader.box.simulation.posts import Posts
from grader.box.simulation.resting import ASLEEP, Rest

if TYPE_CHECKING:
    from grader.box.simulation.pace import Pace
    from grader.box.simulation.schedule import Schedule

_clock = time.perf_counter
_join = threading.Thread.join

TICK = 0.02
"""Real seconds for which the loop waits before it looks at the threads again."""
STUCK = 20.0
"""Real seconds for which the loop waits for threads that do use CPU; the box's own limits usually come first."""


class _Bounds(Protocol):
    @property
    def latest(self) -> float: ...


class _Simulation(Protocol):
    """What is used here of the simulation that runs."""

    @property
    def now(self) -> float: ...

    schedule: Schedule
    pace: Pace
    loop_thread: int

    @property
    def bounds(self) -> _Bounds: ...
    @property
    def stopped(self) -> object: ...
    def among(self, width: int) -> int: ...
    def task_of_this_thread(self) -> int | None: ...

    def worker_stuck(self) -> None: ...
    def blocking_call(self, what: str, seconds: float, frame: FrameType | None) -> None: ...


class Workers:
    """The worker threads and child processes of one run."""

    def __init__(self, simulation: _Simulation) -> None:
        self._simulation = simulation
        # It may be entered anew in one thread: the garbage collector may run code that releases a lock.
        self._lock = RLock()
        self._calls: dict[Call, None] = {}
        self._sleepers: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()
        # Not by number: a new thread may get the number of one that is gone.
        self._before = frozenset(threading.enumerate())
        self._foreign: dict[threading.Thread, Call] = {}
        self.started: dict[threading.Thread, int] = {}
        """Threads that the learner's code has started by itself, and in which line."""
        self.pool: ThreadPoolExecutor | None = None
        """The executor that the event loop shuts down by itself."""
        self.arriving: list[Call] = []
        """Calls of the step in progress that were handed to a thread."""
        self.children = Children()
        self.only_children = False
        """Whether the last look found child processes at work and no thread."""
        self.waited_since: float | None = None
        """Real time since which the loop has waited for threads, None while it has not."""
        self.posts = Posts(self._posted)

    # ---- called by the backends, in the loop's thread ----------------------------------------------------------------

    def settle(self) -> bool:
        """Let calls go on, one at a time, until all rest; then deliver what they posted.

        Called when no task is ready. Otherwise the loop would see what a thread posts, or sends to a socket, between
        any two steps. Returns whether anything has happened.
        """
        moved = self._run_threads()
        return self.posts.take() or moved

    def others(self) -> float | None:
        """The real seconds to wait for child processes and for threads that take no turns.

        Returns None if none of them can make progress by itself.
        """
        threads = self._foreign_busy()
        self.only_children = not threads and self.children.busy()
        if not (threads or self.only_children):
            self.waited_since = None
            return None
        return 0.0 if self._waited_too_long() else TICK

    def await_arrivals(self) -> None:
        """Wait in real time until threads have taken the calls of a step.

        A task may be cancelled in its next step. The load of the machine would decide whether its call is made.
        """
        for call in self.arriving:
            call.arrived.wait(STUCK)
        self.arriving.clear()

    def _tracked(self) -> list[Call]:
        """The calls of this moment, as a list: abandoned ones end meanwhile, and a new thread may be started."""
        return list(self._calls)

    def _run_threads(self) -> bool:
        moved = False
        while self._calls and self._pass_baton():
            moved = True
            if self._waited_too_long():
                break
            self.posts.wait(TICK)
        return moved

    def _waited_too_long(self) -> bool:
        if self.waited_since is None:
            self.waited_since = _clock()
        if _clock() - self.waited_since <= STUCK:
            return False
        self.waited_since = None
        self._simulation.worker_stuck()
        return True

    def _pass_baton(self) -> bool:
        self._collect_threads()
        with self._lock:
            if any(call.is_at_work() for call in self._calls):
                return True
            ready = sorted((call for call in self._calls if call.state == "ready"), key=lambda call: call.number)
            if not ready:
                return False
            simulation, width = self._simulation, len(ready)
            call = ready[simulation.schedule.pick(simulation.among(width)) if width > 1 else 0]
            was_stopped = simulation.stopped
            simulation.pace.begin_turn(call.line, polls=call.late)
            if simulation.stopped is not was_stopped:
                return False  # the loop has to unwind the scenario
            self._go_on(call)
            call.begun = True
            return True

    def _collect_threads(self) -> None:
        """See threads to their end that have nothing more to do: until then the load decides whether they live."""
        for call, thread in [(call, call.thread) for call in self._tracked() if call.finished]:
            if thread is None:
                continue
            _join(thread, STUCK)
            self.forget(call)
            self.wake(call.waiters)

    def unblock(self) -> bool:
        """Let the threads go on whose sockets are ready; returns whether there are any."""
        unblocked = [call for call in self._tracked() if call.state == "blocked" and call.is_ready()]
        for call in unblocked:
            call.state = "ready"
        return bool(unblocked)

    def wait_outside(self) -> bool:
        """Whether any thread waits for something that may come from outside of the run, such as for a socket."""
        return any(call.state == "blocked" for call in self._tracked()) or bool(self.unknown_waits())

    def unknown_waits(self) -> list[Call]:
        """The calls whose threads sleep in the kernel and have not said for what, nor until when."""
        running = [call for call in self._tracked() if call.state == "running" and not call.finished]
        return [call for call in running if call.sleeps()]

    def next_deadline(self) -> float:
        """The virtual time at which the next rest of a worker ends."""
        with self._lock:
            while self._sleepers and self._sleepers[0][2].alarm != self._sleepers[0][1]:
                heapq.heappop(self._sleepers)  # its rest ended before that
            return self._sleepers[0][0] if self._sleepers else inf

    def next_deadline_after(self, now: float) -> float:
        """The same, without those that end now: the threads that poll."""
        with self._lock:
            later = (when for when, alarm, call in self._sleepers if when > now and call.alarm == alarm)
            return min(later, default=inf)

    def wake_sleepers(self, now: float) -> None:
        if not self._sleepers:
            return
        with self._lock:
            while self._sleepers and self._sleepers[0][0] <= now:
                _, alarm, call = heapq.heappop(self._sleepers)
                if call.alarm == alarm:
                    call.state, call.late = "ready", True

    def new_call(self, line: int | None, thread: threading.Thread | None = None) -> Call:
        call = Call(next(self._numbers), line, thread)
        call.task = self._simulation.task_of_this_thread()
        with self._lock:
            self._calls[call] = None
        return call

    def hand_over(self, call: Call) -> None:
        """A thread is about to take this call, of the run's own loop or of one that runs in a thread of the run."""
        call.state = "ready"
        if threading.get_ident() == self._simulation.loop_thread:
            self.arriving.append(call)

    def still_at_work(self) -> list[int]:
        """The learner's lines that asked for threads which have not come to their end."""
        begun = [call for call in self._tracked() if call.state not in ("queued", "dropped") and not call.finished]
        return [call.line for call in begun if call.line is not None and not self._is_of_the_loop(call.thread)]

    def strays(self) -> bool:
        """Whether a thread that the learner's code started by itself goes on, and would do so in the next play."""
        return any(thread.is_alive() and not self._is_of_the_loop(thread) for thread in self.started)

    def _is_of_the_loop(self, thread: threading.Thread | None) -> bool:
        """Whether the event loop ends this thread by itself, when the scenario is over."""
        return self.pool is not None and thread in self.pool._threads

    def drop(self, call: Call) -> None:
        """Forget a call that no task awaits any more. An abandoned thread stays tracked until it ends."""
        with self._lock:
            if call.finished or call.state == "queued" or call in self.arriving:
                self.forget(call)
                call.state = "dropped"
                call.baton.set()
                return
            call.abandoned = True
            if not call.begun:
                # A worker thread of anyio looks whether its call is still wanted, and a task is faster than that.
                call.finished = True
                self._go_on(call)

    def _go_on(self, call: Call) -> None:
        call.state, call.rest, call.posted = "running", Rest(), False
        call.baton.set()

    def close(self) -> None:
        """End the run: no code of the learner's may go on in a thread."""
        self.posts.closed = True
        calls = self._tracked()
        self._calls.clear()
        self._sleepers.clear()
        # One at a time: what they tidy up on their way out is not written for threads that run side by side.
        for call in calls:
            call.state = "dropped"
            call.baton.set()
            if call.thread is not None:
                _join(call.thread, ASLEEP)

    # ---- called in any thread ----------------------------------------------------------------------------------------

    def forget(self, call: Call) -> None:
        """Track a call no longer."""
        with self._lock:
            self._calls.pop(call, None)
            if call in self.arriving:
                self.arriving.remove(call)

    def call_of(self, thread: threading.Thread) -> Call | None:
        """The call that is all of what this thread does."""
        return next((call for call in self._tracked() if call.thread is thread), None)

    def takes_turns(self, thread_id: int) -> bool:
        """Whether a thread is the loop's, or one that holds or awaits the baton."""
        if thread_id == self._simulation.loop_thread:
            return True
        with self._lock:
            return any(call.thread_id == thread_id and not call.finished for call in self._calls)

    def _posted(self) -> None:
        """This thread has left something for the loop."""
        with self._lock:
            for call in [call for call in self._calls if call.thread_id == threading.get_ident()]:
                call.posted = True
                if call.finished and call.abandoned:
                    self.forget(call)

    def wake(self, waiters: dict[Call, None]) -> None:
        """Let all these calls look again whether they can go on."""
        with self._lock:
            for call in list(waiters):
                if call.state == "waiting":
                    call.state = "ready"

    def wait(self, done: Callable[[], bool], waiters: dict[Call, None], seconds: float | None) -> bool | None:
        """Wait in this thread, for so many virtual seconds, until ``done`` returns True; returns whether it did.

        It is asked again whenever somebody wakes the ``waiters``. Returns None in the loop's thread if nothing can
        make it true, and no time is given.
        """
        call = getattr(local, "call", None)
        deadline = inf if seconds is None else self._simulation.now + seconds
        if call is None:
            return self._wait_in_loop(done, deadline)
        waiters[call] = None
        try:
            while True:
                if self._rest(call, "waiting", deadline, done):
                    return True
                if call.late:
                    return done()
        finally:
            del waiters[call]

    def _wait_in_loop(self, done: Callable[[], bool], deadline: float) -> bool | None:
        """Let threads go on, and time pass, while the loop's own thread is blocked."""
        self._simulation.pace.rest()  # the CPU that other threads use meanwhile is none of the step's
        try:
            return self._let_all_go_on_until(done, deadline)
        finally:
            self._simulation.pace.goes_on()

    def _let_all_go_on_until(self, done: Callable[[], bool], deadline: float) -> bool | None:
        simulation = self._simulation
        while not done():
            if self._run_threads() or self.unblock():
                continue
            if (seconds := self.others()) is not None:
                self.posts.wait(seconds)
                continue
            until = min(deadline, self.next_deadline())
            if until == inf or simulation.now >= simulation.bounds.latest:
                return None
            if simulation.now >= deadline:
                return False
            simulation.blocking_call("a call that blocks", until - simulation.now, sys._getframe(2))
        return True

    # ---- called in the worker threads --------------------------------------------------------------------------------

    def await_baton(self, call: Call) -> None:
        """Wait until this thread may go on. Raises SystemExit if it must not, because nobody wants what it does."""
        call.baton.wait()
        if self.posts.closed or call.finished:
            raise SystemExit

    def sleep(self, call: Call, seconds: float) -> None:
        self._rest(call, "sleeping", self._simulation.now + max(0.0, seconds))

    def await_ready(self, call: Call, is_ready: Callable[[], bool], seconds: float | None) -> bool:
        """Wait until a socket is ready, for so many virtual seconds; returns whether it is."""
        call.is_ready = is_ready
        self._rest(call, "blocked", inf if seconds is None else self._simulation.now + seconds)
        return not call.late

    def _rest(self, call: Call, state: str, deadline: float, done: Callable[[], bool] | None = None) -> bool:
        """Give the baton back until somebody makes the call ready, or virtual time comes to the deadline.

        Returns True at once if ``done`` says that there is nothing to wait for.
        """
        with self._lock:
            if call not in self._calls:
                raise SystemExit  # nobody waits for it any more
            # Asked under the lock, and after that ``wake`` finds the call among the waiters.
            if done is not None and done():
                return True
            call.alarm, call.late = next(self._numbers), False
            if deadline < inf:
                heapq.heappush(self._sleepers, (deadline, call.alarm, call))
            call.state = state
        self.posts.stir()
        self.await_baton(call)
        call.alarm = -1
        return False

    # ---- threads that take no turns ----------------------------------------------------------------------------------

    def _foreign_busy(self) -> bool:
        tracked = {call.native_id for call in self._tracked()}
        for thread in threading.enumerate():
            ours = thread.ident == self._simulation.loop_thread or thread in self._before
            if ours or thread.native_id in tracked or thread in servants:
                continue
            call = self._foreign.setdefault(thread, Call(-1))
            call.native_id = thread.native_id
            if not call.sleeps():
                return True
        return False
