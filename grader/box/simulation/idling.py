"""Decides what happens when no task can run: wait for sockets, let time jump, or end the run."""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import TYPE_CHECKING

from grader.recording import Ended

if TYPE_CHECKING:
    from grader.box.simulation.core import Simulation


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
