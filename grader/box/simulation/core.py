"""One simulated run: virtual time, task steps, and the verdict on how it ended. Knows neither backend.

The verdict lives here and not in an exception, because student code may catch every exception there is. A run that
has failed is unwound through the cancel scope round the scenario, so that ``finally`` blocks run; if it idles again it
is aborted with the backend's own means, shields or not; if it still goes on, the process has to go.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import inf
from types import FrameType
from typing import NoReturn

from grader.box.simulation.hygiene import Cancellations, LeftOpen
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trace import Place, Site, TaskRecord, Trace, innermost_student, site_of
from grader.box.simulation.workers import Workers
from grader.wire.recording import Ended

# ---- bounds ----------------------------------------------------------------------------------------------------------
#
# When a run is too long, or idle for too long.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When a run is too long. Steps are counted, the horizon is virtual; the graces are real seconds, for sockets."""

    steps: int = 50_000
    spin: int = 20_000
    """Steps without virtual time moving."""
    horizon: float = 1_000_000.0
    within: float = inf
    """When this very play must be over, where its hidden test says so."""
    unwind: int = 20_000
    """Steps in which a failed run may finish its clean-up."""
    socket_grace: float = 0.002
    last_socket_grace: float = 0.25
    """When no timer is left: the last chance before it is called a deadlock."""

    @property
    def late(self) -> float:
        return min(self.horizon, self.within)

    @property
    def latest(self) -> float:
        """Where time stops for good: a run that is late may clean up for as long again. Floats stay exact enough."""
        return 2 * self.horizon


# ---- idling ----------------------------------------------------------------------------------------------------------
#
# Decides what happens when no task can run: wait for sockets, let time jump, or end the run.


class Idle(Enum):
    """What a backend with nothing to do shall do."""

    LOOK_AGAIN = "look again"
    """Time has moved, or the run has failed and is being cancelled."""
    WAIT = "wait"
    """Wait for sockets, in real time."""


class Idling:
    """What the tasks of one run are given before it is said that nothing can wake any of them."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.grace_spent = False
        """Whether open sockets have had their real grace since anything has happened."""

    def io_happened(self) -> None:
        self.grace_spent = False
        self._simulation.workers.waited_since = None

    def others_worked(self) -> None:
        """A thread or a child process was at work, and may have written to a socket since that was polled."""
        self.grace_spent = False

    def decide(self, deadline: float, *, sockets: bool) -> tuple[Idle, float]:
        """No task is ready, no thread is at work, and polling the sockets found nothing.

        ``deadline`` is the next timer of the backend, ``sockets`` whether any task waits for one. Returns what to do
        and, for WAIT, for how many real seconds.
        """
        simulation, bounds = self._simulation, self._simulation.bounds
        deadline = min(deadline, simulation.workers.next_deadline())
        if (sockets or simulation.workers.wait_for_sockets()) and not self.grace_spent:
            self.grace_spent = True
            return Idle.WAIT, bounds.socket_grace if deadline < inf else bounds.last_socket_grace
        if deadline <= (bounds.late if simulation.verdict is None else bounds.latest):
            self.grace_spent = False
            simulation.advance(deadline)
        elif simulation.verdict is not None:
            simulation.abort_again()
        elif deadline < inf:
            simulation.advance(bounds.late)
            simulation.fail(Ended.LATE, f"not finished after {simulation.now:g} virtual seconds")
        else:
            simulation.fail(Ended.DEADLOCK, "every task waits and nothing can wake any of them")
        return Idle.LOOK_AGAIN, 0.0


# Bound before a student's module is loaded: after that ``time`` may read virtual.
real_clock = time.perf_counter

HOG_SECONDS = 0.5
"""CPU seconds of one step of a task after which it counts as blocking the loop."""


class Abandoned(BaseException):
    """The run resists cancellation; raised out of the event loop when nobody handles ``on_abandon``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a run that did not come to its own end was ended."""

    ended: Ended
    reason: str
    line: int | None = None


class Simulation:
    """State of one run. A subclass attaches it to a backend."""

    def __init__(self, schedule: Schedule, bounds: Bounds) -> None:
        self.schedule = schedule
        self.bounds = bounds
        self._now = self._latest = 0.0
        self.trace = Trace()
        self.workers = Workers(self)
        self.idling = Idling(self)
        self.cancellations = Cancellations()
        self.left_open = LeftOpen(self)
        self.verdict: Verdict | None = None
        self.blocking: list[Verdict] = []
        """Blocking calls that were survived; they outrank a failed assertion, being its cause."""
        self.waiting: list[tuple[str, Site | None, float]] = []
        """Who waited for what since when, at the moment of the verdict."""
        self.running: int | None = None
        """Number of the task whose step is in progress."""
        self.in_step = False
        self.step_serial = 0
        self.steps = 0
        self.cancel: Callable[[], None] = lambda: None
        """Cancels the scope round the scenario."""
        self.on_abandon: Callable[[], NoReturn] = _abandon
        self.loop_thread = threading.get_ident()
        self._ids = itertools.count(1)
        self._moved_at_step = 0
        """The last step before time has moved."""
        self._last_step = min(bounds.spin, bounds.steps)
        """The step after which somebody has to look whether it goes on for too long."""
        self.failed_at: float | None = None
        """The virtual time of the verdict."""
        self._aborts = 0
        self._step_began = real_clock()
        self.step_cpu = 0.0
        """CPU clock of the loop's thread some time before this step began; ``watch`` keeps it."""

    # ---- steps -------------------------------------------------------------------------------------------------------

    def add_task(self, task: object, name: str, parent: int | None, *, internal: bool) -> int:
        number = next(self._ids)
        self.trace.tasks[number] = TaskRecord(number, name, parent, task, internal, since=self.now)
        if not internal:
            self.trace.add(self.now, "spawn", number)
        return number

    def woken(self, number: int) -> None:
        self.trace.woken(self._now, number, self.running)

    def deviated(self, number: int, natural: int) -> None:
        """Note that a task takes its step before the one whose turn it would have been in natural order."""
        self.trace.deviated(self.now, number, natural)

    def begin_step(self, number: int) -> None:
        self.steps += 1
        self.step_serial += 1
        self.running, self.in_step = number, True
        if self._now != self._latest:
            # Only ``advance`` sets them. A program that turns time back makes any order of things look concurrent.
            self.fail(Ended.TAMPERED, "virtual time was changed from outside")
        self.idling.grace_spent = False
        self.workers.waited_since = None
        record = self.trace.tasks[number]
        if self.trace.collects and not record.internal:
            self.trace.add(self._now, "resume" if record.started else "start", number)
        record.started = True
        if self.cancellations.watching:
            self.cancellations.resumed(number)
        if self.steps > self._last_step:
            self._out_of_steps(record)

    def _out_of_steps(self, record: TaskRecord) -> None:
        if self.verdict is not None:
            self.on_abandon()
        spun = self.steps - self._moved_at_step
        if spun > self.steps / 2:
            site = site_of(self.coroutine_of(record.task))
            self.fail(Ended.NEVER_YIELDS, f"{spun} steps without time moving", site.line if site else None)
        else:
            # A heartbeat, which goes on for ever and hides that nobody else can.
            self.fail(Ended.LATE, f"not finished after {self.steps} steps and {self.now:g} virtual seconds")

    @property
    def running_task(self) -> object:
        return self.trace.tasks[self.running].task if self.running is not None else None

    def swallowed(self) -> list[Place]:
        """Where the student's code swallowed a cancellation; to be asked when nothing else of it runs in this step."""
        if self.running is not None and self.cancellations.watching:
            self.cancellations.step_over(self.running)
            self.cancellations.finished(self.running, "returned")
        return self.cancellations.swallowed()

    def end_step(self) -> None:
        number, self.running = self.running, None
        if number is None:
            return
        self.in_step = False
        self.step_serial += 1
        record = self.trace.tasks[number]
        # Two cheap readings first: the CPU clock of a thread is a system call, 50,000 of which would show. The next
        # step is measured from here, for a third one would show too.
        began, self._step_began = self._step_began, real_clock()
        if self._step_began - began > HOG_SECONDS and time.thread_time() - self.step_cpu > HOG_SECONDS:
            site = site_of(self.coroutine_of(record.task))
            self.blocked("computing", 0, site.line if site else None)
        if record.internal:
            return
        if self.cancellations.watching:
            self.cancellations.step_over(number)
        outcome = self.outcome_of(record.task)
        if outcome is not None:
            self.finish(record, outcome)
            return
        record.since = self._now
        if self.trace.collects:
            self.trace.suspended(self._now, number, self.coroutine_of(record.task))

    def finish(self, record: TaskRecord, outcome: str) -> None:
        if record.outcome is None:
            record.outcome = outcome
            self.trace.add(self.now, "finish", record.id, None, outcome)
            if self.cancellations.watching:
                self.cancellations.finished(record.id, outcome)

    # ---- endings -----------------------------------------------------------------------------------------------------

    def fail(self, ended: Ended, reason: str, line: int | None = None) -> None:
        """Make this the verdict, unless there is one, and start to unwind the scenario."""
        if self.verdict is None:
            self.waiting = self._who_waits()
            self.verdict = Verdict(ended=ended, reason=reason, line=line)
            self.failed_at = self.now
            self._last_step = self.steps + self.bounds.unwind
        self.cancel()

    def blocked(self, what: str, seconds: float, line: int | None) -> None:
        """Note that a task held the whole loop for so many virtual seconds."""
        self.blocking.append(Verdict(ended=Ended.BLOCKED_LOOP, reason=what, line=line))
        if self.running is not None:
            self.trace.add(self.now, "block", self.running, line, f"{seconds:g}")
        self.advance(self.now + seconds)

    def blocking_call(self, what: str, seconds: float, frame: FrameType | None) -> None:
        """The loop's thread is about to block inside a task step."""
        student = innermost_student(frame)
        self.blocked(what, seconds, student.f_lineno if student else None)

    def abort_again(self) -> None:
        """End what was cancelled and idles again: a shield, or a clean-up that waits for what will never come."""
        self._aborts += 1
        if self._aborts > 20:
            self.on_abandon()
        self.abort()

    def worker_stuck(self) -> None:
        """A worker thread has used the whole real grace without an end."""
        if self.verdict is None:
            self.fail(Ended.LIMIT, "a worker thread does not come to an end")
        else:
            self.abort_again()

    def alive(self, *, besides: int | None) -> list[tuple[str, Site | None]]:
        """The tasks that still live, by name and the student's line in which they wait."""
        return [
            (record.name, site_of(self.coroutine_of(record.task))) for record in self._living() if record.id != besides
        ]

    def _who_waits(self) -> list[tuple[str, Site | None, float]]:
        return [(record.name, site_of(self.coroutine_of(record.task)), record.since) for record in self._living()]

    def _living(self) -> list[TaskRecord]:
        records = self.trace.tasks.values()
        return [r for r in records if not r.internal and r.outcome is None and self.outcome_of(r.task) is None]

    # ---- the clock ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Virtual seconds since the run began."""
        return self._now

    def advance(self, when: float) -> None:
        when = min(when, self.bounds.latest)  # time.sleep(1e300)
        if when > self.now:
            self._now = self._latest = when
            self._moved_at_step = self.steps
            if self.verdict is None:
                self._last_step = min(self.steps + self.bounds.spin, self.bounds.steps)
        self.workers.wake_sleepers(self.now)

    # ---- what a backend provides -------------------------------------------------------------------------------------

    def outcome_of(self, task: object) -> str | None:
        """``returned``, ``raised`` or ``cancelled``; None while the task lives."""
        raise NotImplementedError

    def coroutine_of(self, task: object) -> object:
        raise NotImplementedError

    def abort(self) -> None:
        """Make every task raise, whatever it is shielded by."""
        raise NotImplementedError

    def unretrieved(self) -> list[Place]:
        """Where exceptions of tasks came from that nobody ever heard of; on trio every task's parent hears of them."""
        return []

    def untracked_threads(self) -> bool:
        """Whether the backend runs threads of its own that did not come through anyio."""
        return False


def _abandon() -> NoReturn:
    raise Abandoned


# ---- current ---------------------------------------------------------------------------------------------------------
#
# Which simulation runs now in this process, if any.


_current: Simulation | None = None


def current() -> Simulation | None:
    """The simulation of the play that runs now."""
    return _current


def activate(simulation: Simulation | None) -> None:
    global _current
    _current = simulation
