"""A run without an event loop: the scenario is a plain function, and all of it is one step of one task.

There is one order, so no schedule chooses anything. Time moves only when the code sleeps, or waits for a thread, and no
other code is held up by that. A loop without an end, and a wait that nothing ends, are told by the watcher: the run
``never-returns``.

A scenario may hand coroutines to an executor of the learner's own. Those that it follows are tasks in the trace: each
``send`` into one is a step. They say who took turns with whom, and no more: the watcher does not count their steps,
because an executor that polls them for ever would never seem to hang.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, TypeVar

from grader.box.simulation.core import Simulation
from grader.box.simulation.trace import innermost_student
from grader.wire.recording import Ended
from grader.wire.rows import MAX_EVENTS

T = TypeVar("T")

HOG_SECONDS = 1.0
"""CPU seconds of a whole scenario, beside what it sleeps, after which it does not come back. An honest one needs less
than a tenth of that on a slow computer."""
KNOWN_HOG_SECONDS = 0.5
"""The same for one that is in a loop in which another play has hung: most plays of an executor are in its only loop."""
MAX_SLEEPS = 10_000
"""A loop of short sleeps takes a tenth of a millisecond of real time for each."""
MAX_FOLLOWED = 200
"""Coroutines that are shown as tasks; a picture has room for fewer."""


class PlainSimulation(Simulation):
    """A run of a plain function."""

    hog_seconds, known_hog_seconds = HOG_SECONDS, KNOWN_HOG_SECONDS
    hangs = Ended.NEVER_RETURNS
    has_loop = False
    _outcome: str | None = None
    """How the scenario ended."""
    _open: int | None = None
    """The task of which the trace says that a step is under way."""

    @contextmanager
    def outermost_step(self) -> Iterator[None]:
        """The only step, in which everything happens."""
        self._open = number = self.add_task(None, "main", None, internal=False)
        self.begin_step(number)
        hooks = sys.get_asyncgen_hooks()
        outcome = "raised"
        try:
            yield
            outcome = "returned"
        finally:
            sys.set_asyncgen_hooks(*hooks)
            self.running, self._outcome = number, outcome
            self.end_step()

    def outcome_of(self, task: object) -> str | None:
        # That of a task that is followed is noted in its record when it ends.
        return self._outcome if task is None else None

    def coroutine_of(self, task: object) -> object:
        return task

    def abort(self) -> None:
        """Nothing waits that could be woken to raise."""

    def others_alive(self) -> list[Any]:
        """None: the learner's own tasks may well be left when the scenario is over."""
        return []

    def _computed_long(self, number: int | None) -> None:
        """What has come to its end in time has come back, however long it computed."""

    # ---- time --------------------------------------------------------------------------------------------------------

    def sleep(self, seconds: float, frame: FrameType) -> None:
        self.workers.wait(lambda: False, {}, seconds)

    def blocking_call(self, what: str, seconds: float, frame: FrameType | None) -> None:
        """Let time pass, while the code sleeps or waits for a thread."""
        self.steps += 1
        student = innermost_student(frame)
        line = student.f_lineno if student else None
        if self.running is not None and self.trace.tasks[self.running].parent is not None:
            self.trace.add(self.now, "block", self.running, line, f"{seconds:g}")
        until = self.now + seconds
        self._advance(min(until, self.bounds.late))
        if until > self.bounds.late:
            self.stop_step(Ended.LATE, f"not finished after {self.now:g} virtual seconds", line)
        if self.steps > min(MAX_SLEEPS, self.bounds.steps):
            reason = f"not finished after {self.steps} sleeps and {self.now:g} virtual seconds"
            self.stop_step(Ended.LATE, reason, line)

    # ---- coroutines of an executor of the learner's own --------------------------------------------------------------

    def follow(self, name: str, coroutine: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
        """A coroutine that does what this one does, each step of which is a step of a task in the trace."""
        if len(self.trace.tasks) > MAX_FOLLOWED:
            return coroutine
        number = self.add_task(coroutine, name, self.running, internal=False)
        return _followed(_Steps(self, number, coroutine))

    def begin_step_of(self, number: int) -> int | None:
        """Begin a step of a task that is followed, inside one of another task; returns the number of that one."""
        outer, record = self.running, self.trace.tasks[number]
        if self._open is not None:
            self._note("suspend", self._open)
        self.running = self._open = number
        self._note("resume" if record.started else "start", number)
        record.started = True
        return outer

    def end_step_of(self, number: int, outer: int | None, outcome: str | None) -> None:
        """End that step; with an ``outcome``, it was the last one."""
        record = self.trace.tasks[number]
        if outcome is not None:
            self.finish(record, outcome)
        elif record.outcome is None and self._open == number:
            record.since = self.now
            self._note("suspend", number)
        # What the outer task does now is still its step, but nothing says when it goes on by itself.
        self.running, self._open = outer, None

    def _note(self, kind: str, number: int) -> None:
        # An executor that polls for ever would fill the memory before the watcher ends it.
        trace, record = self.trace, self.trace.tasks[number]
        if not trace.collects or len(trace.events) >= MAX_EVENTS:
            return
        if kind == "suspend" and record.parent is not None:
            trace.suspended(self.now, number, record.task)
        else:
            trace.add(self.now, kind, number)


async def _followed(steps: _Steps) -> Any:
    return await steps


class _Steps:
    """What the coroutine awaits that stands for one that is followed."""

    def __init__(self, simulation: PlainSimulation, number: int, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._simulation = simulation
        self._number = number
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine = self._coroutine
        step: Callable[[], Any] = partial(coroutine.send, None)
        while True:
            try:
                yielded = self._take(step)
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield yielded
            except GeneratorExit:
                self._take(coroutine.close)
                raise
            except BaseException as error:
                step = partial(coroutine.throw, error)
            else:
                step = partial(coroutine.send, sent)

    def _take(self, step: Callable[[], Any]) -> Any:
        """Take a step, and note how the task ends if it is the last one."""
        simulation, number = self._simulation, self._number
        outer = simulation.begin_step_of(number)
        ended = "raised"
        try:
            yielded = step()
            ended = "cancelled"  # closed; what has yielded goes on
        except StopIteration:
            ended = "returned"
            raise
        finally:
            is_over = getattr(self._coroutine, "cr_frame", None) is None
            simulation.end_step_of(number, outer, ended if is_over else None)
        return yielded
