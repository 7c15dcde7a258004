"""What happens when no task of a run can take a step, on either backend: what counts as a deadlock."""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import Protocol

from grader.box.simulation.pace import POLLS, Pace
from grader.box.simulation.workers import Workers
from grader.wire.recording import Ended


class Idle(Enum):
    """What a loop without a ready task does next."""

    LOOK_AGAIN = "look again"
    """Something outside of the tasks has happened; run what it has made ready, without waiting."""
    MOVED = "moved"
    """Time has moved, or the run was stopped and is being cancelled."""
    ALL_BLOCKED = "all blocked"
    """Wake the tasks that wait until all others are blocked."""
    WAIT = "wait"
    """Wait for sockets or other processes, in real time."""


class Loop(Protocol):
    """The five things that a backend tells of its event loop when none of its tasks is ready."""

    def poll(self) -> bool:
        """Poll the sockets without waiting; whether the loop has to run before it is asked anything else."""

    def holds_calls(self) -> bool:
        """Whether other threads have left calls in the loop's own queue which it has not run."""

    def awaits_idleness(self) -> bool:
        """Whether a task waits until all tasks are blocked."""

    def awaits_sockets(self) -> bool:
        """Whether a task waits for a socket."""

    def next_timer(self) -> float:
        """The virtual time of the next timer, exactly; ``inf`` without one."""


class _Bounds(Protocol):
    """What is used here of the bounds of a run."""

    @property
    def late(self) -> float: ...
    @property
    def latest(self) -> float: ...
    @property
    def socket_grace(self) -> float: ...
    @property
    def last_socket_grace(self) -> float: ...


class _Simulation(Protocol):
    """What is used here of the simulation that runs."""

    workers: Workers
    pace: Pace

    @property
    def bounds(self) -> _Bounds: ...
    @property
    def stopped(self) -> object: ...
    @property
    def now(self) -> float: ...
    def advance(self, when: float) -> None: ...
    def abort_again(self) -> None: ...
    def fail(self, ended: Ended, reason: str, line: int | None = None) -> None: ...


class Idling:
    """Decides what happens when no task of a run can take a step, on either backend.

    ``decide`` is the whole of what counts as a deadlock. A run is one when its worker threads rest, its sockets are
    silent even after a real grace, its child processes wait for input, no task waits until all are blocked, and no
    timer is left.
    """

    def __init__(self, simulation: _Simulation) -> None:
        self._simulation = simulation
        self.loop: Loop
        """The event loop, which the backend puts here when it is made."""
        self.grace_spent = False
        """Whether the loop has waited out the real grace for open sockets since the last event."""

    def io_happened(self) -> None:
        self.grace_spent = False
        self._simulation.workers.waited_since = None

    def decide(self) -> tuple[Idle, float]:
        """What the loop does next and, for ``WAIT``, for how many real seconds."""
        loop, workers = self.loop, self._simulation.workers
        self._simulation.pace.came_to_rest()
        if workers.settle():
            self.grace_spent = False  # a thread may have written to a socket since that was polled
            return Idle.LOOK_AGAIN, 0.0
        if loop.poll() or workers.unblock():
            return Idle.LOOK_AGAIN, 0.0
        wait, awaited = workers.others(), loop.awaits_idleness()
        # Child processes are no tasks: while they work, all tasks may be blocked.
        if wait is not None and not (awaited and workers.only_children):
            self.grace_spent = False
            return Idle.WAIT, wait
        if workers.posts or loop.holds_calls():
            return Idle.LOOK_AGAIN, 0.0  # from a thread that has ended since it was looked at
        if awaited:
            return Idle.ALL_BLOCKED, 0.0
        deadline = self._next_deadline()
        if not self.grace_spent and (loop.awaits_sockets() or workers.wait_outside()):
            self.grace_spent = True
            bounds = self._simulation.bounds
            return Idle.WAIT, bounds.socket_grace if deadline < inf else bounds.last_socket_grace
        self._jump(deadline)
        return Idle.MOVED, 0.0

    def while_tasks_spin(self) -> float:
        """The virtual time that passes until a thread goes on, or a timer is due before that; ``inf`` without threads.

        Threads sleep on in reality while tasks spin, and no task need ever rest until one of them has woken.
        """
        return self._next_deadline() if self._simulation.workers.next_deadline() < inf else inf

    def _next_deadline(self) -> float:
        """When the next timer of a task is due, or a thread goes on by itself.

        Threads that poll, as with ``while not done: time.sleep(0)``, would hold time for ever. In reality it passes.
        """
        simulation = self._simulation
        timer, deadline = self.loop.next_timer(), simulation.workers.next_deadline()
        if simulation.pace.polled >= POLLS and deadline <= simulation.now:
            later = min(timer, simulation.workers.next_deadline_after(simulation.now))
            if later < inf:
                return later
        return min(timer, deadline)

    def _jump(self, deadline: float) -> None:
        """Move time to the next timer. Without one, or beyond the bounds, the run is stopped."""
        simulation, bounds = self._simulation, self._simulation.bounds
        if deadline <= (bounds.late if simulation.stopped is None else bounds.latest):
            self.grace_spent = False
            simulation.advance(deadline)
        elif simulation.stopped is not None:
            simulation.abort_again()
        elif deadline < inf:
            simulation.advance(bounds.late)
            simulation.fail(Ended.LATE, f"not finished after {simulation.now:g} virtual seconds")
        elif unknown := simulation.workers.unknown_waits():
            reason = "a thread waits in a way that cannot be followed in virtual time"
            simulation.fail(Ended.NOT_SIMULATED, reason, unknown[0].line)
        else:
            simulation.fail(Ended.DEADLOCK, "every task waits and nothing can wake any of them")
