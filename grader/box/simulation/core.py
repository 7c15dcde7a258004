"""One simulated run: virtual time, task steps, and how it ended. Knows neither backend.

How a run was stopped is kept here and not in an exception, because a learner's code may catch every exception there is.
A stopped run is unwound through the cancel scope round the scenario, so that ``finally`` blocks run. If it idles again,
the backend aborts its tasks, shields or not. If it still goes on, its process ends.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from types import FrameType
from typing import NoReturn

from grader.box.simulation.caller import Caller
from grader.box.simulation.calls import local
from grader.box.simulation.clock import Clock, new_clock
from grader.box.simulation.hygiene import Cancellations, LeftOpen
from grader.box.simulation.idling import Idling
from grader.box.simulation.kept import kept
from grader.box.simulation.pace import Pace
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trace import Place, Site, TaskRecord, Trace, innermost_student, line_of_function, site_of
from grader.box.simulation.workers import Workers
from grader.wire.recording import Ended
from grader.wire.turns import MAX_CHOICES

# Bound before a learner's module is loaded: after that ``time`` may read virtual.
real_clock = time.perf_counter

HOG_SECONDS = 0.5
"""CPU seconds of one step of a task after which it counts as blocking the loop."""
KNOWN_HOG_SECONDS = 0.05
"""The same for a step that is where another play of the program has hung."""
TOUCHED = "the clock or the schedule was changed from outside"
MAX_ABORTS = 20
"""How often a failed run may be aborted and idle again before it is given up."""

MAX_BLOCKS = 500
"""Calls that may block in one step of a task before it is ended: as in a loop that sleeps until something changes,
which cannot happen meanwhile."""
PATIENCE = 5
"""How often the learner's code may catch LoopBlocked, or block in another task, before the child ends."""


class LoopBlocked(BaseException):
    """Raised in the learner's code to end a step that does not end by itself."""


class Abandoned(BaseException):
    """The run resists cancellation; raised out of the event loop when nothing else handles ``on_abandon``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When a run is too long. Steps are counted, the horizon is virtual; the graces are real seconds, for sockets."""

    steps: int = 80_000
    spin: int = 30_000
    """Steps in a row in which the tasks have only awakened themselves."""
    horizon: float = 1_000_000.0
    within: float = inf
    """The virtual time at which this play is late, if its hidden test sets one."""
    unwind: int = 20_000
    """Steps in which a failed run may finish its clean-up."""
    socket_grace: float = 0.002
    last_socket_grace: float = 0.25
    """The grace when no timer is left: the last chance before the run is called a deadlock."""

    @property
    def late(self) -> float:
        return min(self.horizon, self.within)

    @property
    def latest(self) -> float:
        """Where time stops for good: a run that is late may clean up for as long again. Floats stay exact enough."""
        return 2 * self.horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """How the simulation stopped a run that did not come to its own end."""

    ended: Ended
    reason: str
    line: int | None = None


class Simulation:
    """The state of one run. A subclass attaches it to a backend."""

    hog_seconds, known_hog_seconds = HOG_SECONDS, KNOWN_HOG_SECONDS
    hangs: Ended = Ended.BLOCKED_LOOP
    """How a run ends in which the learner's code computes or waits without an end."""
    cancelled: type[BaseException] | tuple[()] = ()
    """The class of the exceptions by which the backend cancels."""
    has_loop = True
    """Whether the scenario is an async function, run by an event loop."""

    schedule: Schedule = kept("_schedule")
    bounds: Bounds = kept("_bounds")
    clock: Clock = kept("_clock")

    def __init__(self, schedule: Schedule, bounds: Bounds) -> None:
        self._schedule = schedule
        self._bounds = bounds
        self._clock = clock = new_clock()
        self._read = clock.read
        self._now = 0.0
        """The time once more, for ``begin_step`` to compare with the clock."""
        self.widths: list[int] = []
        """Among how many tasks each choice of the schedule was made."""
        self.trace = Trace()
        self.workers = Workers(self)
        self.idling = Idling(self)
        self.cancellations = Cancellations()
        self.left_open = LeftOpen(self)
        self.stopped: Stopped | None = None
        self.first_block: Stopped | None = None
        """A blocking call that did not stop the run; it outranks a failed assertion, because it caused that."""
        self.waiting: list[tuple[str, Site | None, float]] = []
        """The name of each task that waited when the run was stopped, the learner's line, and since when."""
        self.running: int | None = None
        """Number of the task whose step is in progress."""
        self.steps = 0
        self.caller = Caller()
        self.cancel: Callable[[], None] = lambda: None
        """The function that cancels the scope round the scenario."""
        self.on_abandon: Callable[[], NoReturn] = _abandon
        self.loop_thread = threading.get_ident()
        self._ids = itertools.count(1)
        self.progress = 0
        """The step in which a task last did more than to awaken itself: it awakened or started another one, or took an
        item out of a stream. It is progress, too, if no task is ready."""
        self.pace = Pace(self, steps=bounds.steps, spin=bounds.spin)
        self._next_look = 0
        """The step after which to look whether the run goes on for too long."""
        self.failed_at: float | None = None
        """The virtual time at which the run was stopped."""
        self._aborts = 0
        self._broken_off = 0
        self._blocks_from = -1
        self._blocks = 0
        """How many calls have blocked in the step of that number."""
        self._step_began = real_clock()
        self.step_cpu = 0.0
        """CPU clock of the loop's thread some time before this step began; ``watch`` keeps it."""

    # ---- steps -------------------------------------------------------------------------------------------------------

    def add_task(self, task: object, name: str, parent: int | None, *, internal: bool) -> int:
        number = next(self._ids)
        self.progress = self.steps
        self.trace.tasks[number] = TaskRecord(number, name, parent, task, internal, since=self.now)
        if not internal:
            self.trace.add(self.now, "spawn", number)
        return number

    def woken(self, number: int) -> None:
        self.trace.woken(self.now, number, self.running)

    def printed(self, text: str) -> None:
        """Note what the task prints whose step is in progress; what a thread prints belongs to no task."""
        if self.running is not None and threading.get_ident() == self.loop_thread:
            self.trace.printed(self.now, self.running, text)

    def deviated(self, number: int, natural: int) -> None:
        """Note that a task takes its step before the one whose turn it would have been in natural order."""
        self.trace.deviated(self.now, number, natural)

    def among(self, width: int) -> int:
        """Note that a choice is made among so many tasks, and return their number.

        The schedule notes the choice, apart from this: what is noted in one place alone shows on the trusted side.
        """
        if len(self.widths) <= MAX_CHOICES:
            self.widths.append(width)
        return width

    def begin_step(self, number: int) -> None:
        self.steps += 1
        self.running = number
        if self._now != self._read():
            # Only ``_advance`` sets both. A program that turns time back could make any order look concurrent.
            self.tampered()
        self.idling.io_happened()
        record = self.trace.tasks[number]
        if self.trace.collects and not record.internal:
            self.trace.add(self._now, "resume" if record.started else "start", number)
        record.started = True
        if self.cancellations.watching:
            self.cancellations.resumed(number)
        if self.steps > self._next_look:
            self._look_at_pace(record)

    def _look_at_pace(self, record: TaskRecord) -> None:
        if self.stopped is not None:
            self.on_abandon()
        next_look = self.pace.look(record)
        if self.stopped is None:
            self._next_look = next_look

    @property
    def in_step(self) -> bool:
        return self.running is not None

    def task_of_this_thread(self) -> int | None:
        """The number of the task whose step is in progress or, in a worker thread, of the one that asked for it."""
        if threading.get_ident() == self.loop_thread:
            return self.running
        call = getattr(local, "call", None)
        return None if call is None else call.task

    @property
    def running_task(self) -> object:
        return self.trace.tasks[self.running].task if self.running is not None else None

    def swallowed(self) -> list[Place]:
        """Where the learner's code swallowed a cancellation. Ask at the end of a step, when its frames have ended."""
        if self.running is not None and self.cancellations.watching:
            self.cancellations.step_over(self.running)
            self.cancellations.finished(self.running, "returned")
        return self.cancellations.swallowed()

    def end_step(self) -> None:
        if self.workers.arriving:
            self.workers.await_arrivals()
        number = self.running
        if number is None and self.pace.callback is None:
            return
        # The CPU clock of a thread is a system call, and 50,000 of them would show: it is read only after a step that
        # was long in real time. The next step is measured from here, to save a third reading.
        began, self._step_began = self._step_began, real_clock()
        hog = self.hog_seconds
        if self._step_began - began > hog and time.thread_time() - self.step_cpu > hog:
            self._computed_long(number)
        if number is None:
            self.pace.callback = None
            return
        self.running = None
        record = self.trace.tasks[number]
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

    def cancel_caller(self) -> bool:
        """Cancel the caller if that is due between the step that has ended and the next; whether it was.

        To be asked after ``end_step``, before the next step is chosen.
        """
        if self.steps < self.caller.due or self.running is not None or self.stopped is not None:
            return False
        self._cancel_caller()
        return True

    def enter_caller(self, cancel: Callable[[], None]) -> None:
        """The running task enters the caller, in a scope that ``cancel`` cancels."""
        self.caller.enter(cancel, self.steps, self.running)
        if self.caller.cancel_at == 0 and self.stopped is None:
            self._cancel_caller()

    def leave_caller(self) -> None:
        """The caller is over."""
        self.caller.leave(self.steps)

    def _cancel_caller(self) -> None:
        with self._clock.held:
            now = self._clock.read()
            self._clock.note("cancel", 0, 0)
        if self.caller.task is not None:
            self.trace.add(now, "cancel", self.caller.task)
        self.caller.cancel(now)

    def _computed_long(self, number: int | None) -> None:
        if number is None:
            line = line_of_function(self.pace.callback)
        else:
            site = site_of(self.coroutine_of(self.trace.tasks[number].task))
            line = site.line if site else None
        self.blocked("computing", 0, line)

    def finish(self, record: TaskRecord, outcome: str) -> None:
        if record.outcome is None:
            record.outcome = outcome
            self.trace.add(self.now, "finish", record.id, None, outcome)
            if self.cancellations.watching:
                self.cancellations.finished(record.id, outcome)

    # ---- endings -----------------------------------------------------------------------------------------------------

    def fail(self, ended: Ended, reason: str, line: int | None = None) -> None:
        """Stop the run in this way, unless it is stopped already, and start to unwind the scenario."""
        if self.stopped is None:
            self.waiting = self._who_waits()
            self.stopped = Stopped(ended=ended, reason=reason, line=line)
            self.failed_at = self.now
            self._next_look = self.steps + self.bounds.unwind
            self.pace.unwind(self.bounds.unwind, self.on_abandon)
        self.cancel()

    def tampered(self) -> None:
        """Stop the run, because something has changed its clock or its schedule."""
        self.fail(Ended.TAMPERED, TOUCHED)

    def blocked(self, what: str, seconds: float, line: int | None) -> None:
        """Note that a task held the whole loop for so many virtual seconds."""
        if self.first_block is None:
            self._clock.note("block", 0, 0)
            self.first_block = Stopped(ended=self.hangs, reason=what, line=line)
        if self.running is not None and self.has_loop:
            self.trace.add(self.now, "block", self.running, line, f"{seconds:g}")
        self._advance(self.now + seconds)

    def sleep(self, seconds: float, frame: FrameType) -> None:
        """The loop's thread is about to call ``time.sleep`` in this frame."""
        # Virtual time has to pass, or a program that blocks would look perfectly concurrent.
        self.blocking_call(f"time.sleep({seconds:g})", seconds, frame)

    def blocking_call(self, what: str, seconds: float, frame: FrameType | None) -> None:
        """The loop's thread is about to block inside a task step."""
        student = innermost_student(frame)
        line = student.f_lineno if student else None
        self.blocked(what, seconds, line)
        if self._blocks_from != self.steps:
            self._blocks_from, self._blocks = self.steps, 0
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            # No signal would end such a loop: nearly all of its time is spent in our code, in which none is raised.
            self.break_off(what, line)

    def break_off(self, what: str, line: int | None) -> NoReturn:
        """End the step in progress, and with it the run. To be called where an exception reaches the learner's code."""
        self.stop_step(self.hangs, what, line)

    def stop_step(self, ended: Ended, reason: str, line: int | None) -> NoReturn:
        """Stop the run in this way, in the middle of a step. To be called as ``break_off`` is."""
        self.fail(ended, reason, line)
        self._broken_off += 1
        if self._broken_off > PATIENCE:
            self.on_abandon()
        raise LoopBlocked  # once more, if the learner's code has caught it

    def abort_again(self) -> None:
        """Abort a run that idles again after its cancellation: by a shield, or a clean-up that waits for ever."""
        self._aborts += 1
        if self._aborts > MAX_ABORTS:
            self.on_abandon()
        self.abort()

    def threads_go_on(self) -> bool:
        """Let threads take their turns, and time pass for them, although a task is ready; whether there was any use."""
        if self.workers.settle():
            return True
        until = self.idling.while_tasks_spin()
        if until > self.bounds.late:
            return False
        self._advance(until)
        self.workers.settle()
        return True

    def worker_stuck(self) -> None:
        """A worker thread has used CPU for the whole real grace without coming to an end."""
        if self.stopped is None:
            self.fail(Ended.LIMIT, "a worker thread does not come to an end")
        else:
            self.abort_again()

    def others_alive(self) -> list[tuple[str, Site | None]]:
        """The tasks that live beside the running one, by name and the learner's line in which they wait."""
        return [
            (record.name, site_of(self.coroutine_of(record.task)))
            for record in self._living()
            if record.id != self.running
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
        return self._read()

    @now.setter
    def now(self, value: object) -> None:
        self.tampered()

    def advance(self, when: float) -> None:
        """Move time on while no task takes a step; a step that lasts has blocked the loop, and is ``blocked``."""
        if self.in_step:
            self.tampered()
        self._advance(when)

    def _advance(self, when: float) -> None:
        when = min(when, self.bounds.latest)  # the learner may call time.sleep(1e300)
        if when > self.now:
            self._clock.move(when)
            self._now = when
            self.pace.moved()
        self.workers.wake_sleepers(self.now)

    # ---- what a backend provides -------------------------------------------------------------------------------------

    def outcome_of(self, task: object) -> str | None:
        """``returned``, ``raised`` or ``cancelled``; None while the task lives."""
        raise NotImplementedError

    def coroutine_of(self, task: object) -> object:
        raise NotImplementedError

    def abort(self) -> None:
        """Make every task raise, even one inside a shielded scope."""
        raise NotImplementedError

    def unretrieved(self) -> list[Place]:
        """Where exceptions of tasks were raised that no code retrieved. On trio a task's parent always gets them."""
        return []


def _abandon() -> NoReturn:
    raise Abandoned


# ---- the simulation that runs now ------------------------------------------------------------------------------------


_current: Simulation | None = None


def current() -> Simulation | None:
    """The simulation of the play that runs now."""
    return _current


def activate(simulation: Simulation | None) -> None:
    global _current
    _current = simulation
