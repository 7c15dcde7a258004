"""Attaches a Simulation to trio: a clock, and a stand-in for its run queue.

trio calls ``deadline_to_sleep_time`` exactly when its run queue is empty, which is where time may move. It iterates
over the run queue exactly when a task is to step. An instrument puts the queue in place; it must never raise, because
trio would disable it and say so in a log line only.
"""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections.abc import Iterable, Iterator
from functools import partial, wraps
from typing import Any

import outcome
import trio
from trio._core import _entry_queue, _run  # private: see private.py

from grader.box.simulation.core import Abandoned, Bounds, Simulation, current
from grader.box.simulation.idling import Idle
from grader.box.simulation.private import ends_worker_processes
from grader.box.simulation.schedule import Schedule

_FOREVER = 999_999.0
MAX_LOOKS = 1000
"""How often in a row the loop looks for calls that a thread has left; a fork of a play loses the wake-up byte."""
LOOK = 0.001
"""Real seconds between two looks at the worker threads while a task waits for "all tasks blocked"."""

Entry = tuple[int, int, trio.lowlevel.Task]
"""The last step that a task took, the task's number, and the task."""

_pause = time.sleep  # bound before it is virtual


class TrioSimulation(Simulation):
    """A run on trio."""

    cancelled = trio.Cancelled

    def __init__(self, schedule: Schedule, bounds: Bounds) -> None:
        super().__init__(schedule, bounds)
        self._numbers: dict[trio.lowlevel.Task, int] = {}
        self._outcomes: dict[trio.lowlevel.Task, str] = {}
        self.last_step: dict[int, int] = {}
        """The number of the last step that each task took."""
        self.entry_queue: object = None
        """The queue in which other threads leave calls for this run."""

    def options(self) -> dict[str, object]:
        """Backend options for ``anyio.run``."""
        clock = VirtualClock(self)
        return {"clock": clock, "instruments": [Attachment(self, clock)]}

    def number_of(self, task: trio.lowlevel.Task) -> int:
        number = self._numbers.get(task)
        if number is None:
            nursery = task.parent_nursery
            parent = self._numbers.get(nursery.parent_task) if nursery is not None else None
            internal = nursery is None or task.name.startswith("trio.") or "run_sync_soon task" in task.name
            internal = internal or ends_worker_processes(task.coro)
            name = task.name.rpartition(".")[2]
            number = self._numbers[task] = self.add_task(task, name, parent, internal=internal)
        return number

    def exited(self, task: trio.lowlevel.Task, result: outcome.Outcome[object]) -> None:
        if not isinstance(result, outcome.Error):
            self._outcomes[task] = "returned"
        else:
            self._outcomes[task] = "cancelled" if isinstance(result.error, trio.Cancelled) else "raised"

    def cancelled_into(self, error: BaseException) -> None:
        """Note a cancellation that is about to be thrown into the stepping task, unless the run is being stopped."""
        if self.stopped is None:
            self.cancellations.thrown(error)

    def outcome_of(self, task: object) -> str | None:
        assert isinstance(task, trio.lowlevel.Task)
        return self._outcomes.get(task)

    def coroutine_of(self, task: object) -> object:
        assert isinstance(task, trio.lowlevel.Task)
        return task.coro

    def abort(self) -> None:
        """Throw an exception into every blocked task, shields or not."""
        for task, number in list(self._numbers.items()):
            blocked = task not in self._outcomes and task._next_send_fn is None and not task.child_nurseries
            if blocked and not self.trace.tasks[number].internal:
                trio.lowlevel.reschedule(task, outcome.Error(Abandoned()))


class VirtualClock(trio.abc.Clock):
    """trio's clock. trio asks it how long to sleep exactly when its run queue is empty, and polls before it sleeps."""

    def __init__(self, simulation: TrioSimulation) -> None:
        self._simulation = simulation
        self._now = simulation.clock.read
        simulation.idling.loop = self
        self._looks = 0
        self.polled = False
        """Whether trio has polled the sockets without waiting since the last step."""

    def start_clock(self) -> None:
        self.polled = False

    def current_time(self) -> float:
        # trio asks for the time when it has waited, before it calls the abort functions of what has taken too long.
        self._simulation.pace.goes_on()
        return self._now()

    def deadline_to_sleep_time(self, deadline: float) -> float:
        self._simulation.end_step()
        cancelled = self._simulation.cancel_caller()
        if not isinstance(_run.GLOBAL_RUN_CONTEXT.runner.runq, RunQueue):
            self._simulation.tampered()  # trio would serve a queue of its own in an order that no seed decides
        if cancelled or deadline <= self._now():
            return 0
        posts = self._simulation.workers.posts
        posts.loop_sleeps = False
        decision, seconds = self._simulation.idling.decide()
        if decision is Idle.LOOK_AGAIN:
            return 0
        if decision is Idle.ALL_BLOCKED:
            return _FOREVER  # trio wakes those tasks itself, before it sleeps
        self.polled = False
        if decision is Idle.MOVED:
            return 0
        if self.awaits_idleness():
            # While a thread computes not all are blocked, but trio would wake those who wait for that if it slept.
            _pause(LOOK)
            return 0
        posts.loop_sleeps = True
        return seconds

    def poll(self) -> bool:
        first, self.polled = not self.polled, True
        return first

    def holds_calls(self) -> bool:
        if _run.GLOBAL_RUN_CONTEXT.runner.entry_queue.size() and self._looks < MAX_LOOKS:
            self._looks += 1
            return True
        self._looks = 0
        return False

    def awaits_idleness(self) -> bool:
        return bool(_run.GLOBAL_RUN_CONTEXT.runner.waiting_for_idle)

    def awaits_sockets(self) -> bool:
        statistics = _run.GLOBAL_RUN_CONTEXT.runner.io_manager.statistics()
        waiters: int = getattr(statistics, "tasks_waiting_read", 0) + getattr(statistics, "tasks_waiting_write", 0)
        return waiters > 1  # one of them is trio's own wake-up socket

    def next_timer(self) -> float:
        return _run.GLOBAL_RUN_CONTEXT.runner.deadlines.next_deadline()


class RunQueue:
    """Stands in for ``runner.runq``: hands trio one task at a time, each ready task once per round.

    trio orders a batch at random. Natural order here is: least recently run first, then by number.
    """

    def __init__(self, simulation: TrioSimulation, clock: VirtualClock, tasks: Iterable[trio.lowlevel.Task]) -> None:
        self._simulation = simulation
        self._schedule = simulation.schedule
        self._clock = clock
        self._internal: list[Entry] = []
        self._round: list[Entry] = []
        self._next: list[Entry] = []
        for task in sorted(tasks, key=simulation.number_of):
            self.append(task)

    def append(self, task: trio.lowlevel.Task) -> None:
        simulation = self._simulation
        number = simulation.number_of(task)
        running = simulation.running
        if number != running and (running is not None or type(task._next_send) is not outcome.Error):
            simulation.progress = simulation.steps
        if simulation.trace.collects:
            simulation.woken(number)
        if simulation.trace.tasks[number].internal:
            self._internal.append((0, number, task))
        else:
            # No two entries have one number, so tasks are never compared.
            insort(self._next, (simulation.last_step.get(number, 0), number, task))

    def __len__(self) -> int:
        return len(self._internal) + len(self._round) + len(self._next)

    def __bool__(self) -> bool:
        return bool(self._round or self._next or self._internal)

    def __iter__(self) -> Iterator[trio.lowlevel.Task]:
        """The task that takes the next step, alone; trio iterates, calls ``clear``, and steps it."""
        simulation = self._simulation
        simulation.end_step()
        simulation.cancel_caller()
        picked = self._pick()
        if picked is None:
            return iter(())
        _, number, task = picked
        self._clock.polled = False
        simulation.begin_step(number)
        if type(task._next_send) is outcome.Error and type(task._next_send.error) is trio.Cancelled:
            simulation.cancelled_into(task._next_send.error)
        simulation.last_step[number] = simulation.steps
        return iter((task,))

    def _pick(self) -> Entry | None:
        if self._internal:
            return self._internal.pop(0)
        schedule = self._schedule
        if not schedule.fair and (stays := self._last_again()) is not None:
            return stays
        if not self._round:
            self._round, self._next = self._next, []
        width = len(self._round)
        if width < 2:
            return self._round.pop() if width else None
        choice = schedule.pick(self._simulation.among(width))
        if choice:
            self._simulation.deviated(self._round[choice][1], self._round[0][1])
        return self._round.pop(choice)

    def _last_again(self) -> Entry | None:
        """The task of the last step, before all others, if it is ready and an unfair schedule stays with it."""
        steps = self._simulation.steps
        for waiting in (self._round, self._next):
            for position, (step, _, _) in enumerate(waiting):
                if step and step == steps and self._schedule.stays():
                    return waiting.pop(position)
        return None

    def clear(self) -> None:
        """Do nothing: a task that was handed out is out of the queue already."""


class Attachment(trio.abc.Instrument):
    """Puts the run queue in place. It has no other hook: trio's calls of one would cost as much as the steps do."""

    def __init__(self, simulation: TrioSimulation, clock: VirtualClock) -> None:
        self._simulation = simulation
        self._clock = clock

    def before_run(self) -> None:
        runner = _run.GLOBAL_RUN_CONTEXT.runner
        self._simulation.entry_queue = runner.entry_queue
        runner.runq = RunQueue(self._simulation, self._clock, runner.runq)  # type: ignore[assignment]


def report_exits() -> None:
    """Let the current simulation know how each task ended; instruments are told only that it did."""
    original = _run.Runner.task_exited

    @wraps(original)
    def task_exited(runner: _run.Runner, task: trio.lowlevel.Task, result: outcome.Outcome[object]) -> None:
        simulation = current()
        if isinstance(simulation, TrioSimulation):
            simulation.exited(task, result)
        original(runner, task, result)

    _run.Runner.task_exited = task_exited  # type: ignore[method-assign, assignment]


def hold_posts() -> None:
    """Keep what other threads send to the loop until the simulation takes it in."""
    original = _entry_queue.EntryQueue.run_sync_soon

    @wraps(original)
    def run_sync_soon(queue: Any, function: Any, *args: Any, idempotent: bool = False) -> None:
        simulation = current()
        send = partial(original, queue, function, *args, idempotent=idempotent)
        # A thread may run a trio of its own, which is left alone.
        ours = isinstance(simulation, TrioSimulation) and queue is simulation.entry_queue
        if simulation is None or not ours or threading.get_ident() == simulation.loop_thread:
            send()
        else:
            simulation.workers.posts.add(send)

    _entry_queue.EntryQueue.run_sync_soon = run_sync_soon  # type: ignore[method-assign, assignment]
