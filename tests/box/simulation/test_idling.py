"""What a run does when no task of it can take a step: each rung of the one ladder that ends in a deadlock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import pytest

from grader.box.simulation.core import Bounds, Simulation
from grader.box.simulation.idling import Idle
from grader.box.simulation.schedule import Schedule
from grader.wire.recording import Ended


@dataclass(frozen=True)
class StillLoop:
    """An event loop of which all is known, in which nothing happens."""

    polled: bool = False
    calls: bool = False
    idleness: bool = False
    sockets: bool = False
    timer: float = inf

    def poll(self) -> bool:
        return self.polled

    def holds_calls(self) -> bool:
        return self.calls

    def awaits_idleness(self) -> bool:
        return self.idleness

    def awaits_sockets(self) -> bool:
        return self.sockets

    def next_timer(self) -> float:
        return self.timer


@dataclass
class StillWorkers:
    """The worker threads and child processes of a run, of which all is known."""

    settled: bool = False
    unblocked: bool = False
    wait: float | None = None
    only_children: bool = False
    posts: bool = False
    sleeper: float = inf
    sockets: bool = False
    waited_since: float | None = None

    def settle(self) -> bool:
        return self.settled

    def unblock(self) -> bool:
        return self.unblocked

    def others(self) -> float | None:
        return self.wait

    def next_deadline(self) -> float:
        return self.sleeper

    def wait_outside(self) -> bool:
        return self.sockets

    def wake_sleepers(self, now: float) -> None:
        pass


@pytest.fixture
def simulation() -> Simulation:
    return Simulation(Schedule(), Bounds(socket_grace=0.002, last_socket_grace=0.25))


EVERYTHING = StillLoop(polled=True, calls=True, idleness=True, sockets=True, timer=5.0)


def decide(simulation: Simulation, loop: StillLoop) -> tuple[Idle, float]:
    simulation.idling.loop = loop
    return simulation.idling.decide()


RUNGS = {
    "polled": (EVERYTHING, Idle.LOOK_AGAIN),
    "calls": (replace(EVERYTHING, polled=False), Idle.LOOK_AGAIN),
    "idleness": (replace(EVERYTHING, polled=False, calls=False), Idle.ALL_BLOCKED),
    "sockets": (replace(EVERYTHING, polled=False, calls=False, idleness=False), Idle.WAIT),
    "timer": (StillLoop(timer=5.0), Idle.MOVED),
    "nothing": (StillLoop(), Idle.MOVED),
}


@pytest.mark.parametrize(("loop", "decision"), RUNGS.values(), ids=RUNGS)
def test_each_rung_comes_before_all_that_follow(simulation: Simulation, loop: StillLoop, decision: Idle) -> None:
    assert decide(simulation, loop)[0] is decision
    assert simulation.now == (5.0 if loop == StillLoop(timer=5.0) else 0.0)
    assert (simulation.stopped is not None) == (loop == StillLoop())


AT_WORK = StillWorkers(settled=True, unblocked=True, wait=0.5, posts=True, sleeper=3.0, sockets=True)
RUNGS_OF_WORKERS = {
    "a thread has moved": (AT_WORK, EVERYTHING, (Idle.LOOK_AGAIN, 0)),
    "a thread can go on": (replace(AT_WORK, settled=False), StillLoop(), (Idle.LOOK_AGAIN, 0)),
    "a thread computes": (replace(AT_WORK, settled=False, unblocked=False), StillLoop(), (Idle.WAIT, 0.5)),
    "a thread has left a call": (
        StillWorkers(posts=True, sleeper=3.0, sockets=True),
        StillLoop(),
        (Idle.LOOK_AGAIN, 0),
    ),
    "a thread has a socket": (StillWorkers(sleeper=3.0, sockets=True), StillLoop(), (Idle.WAIT, 0.002)),
    "a thread sleeps": (StillWorkers(sleeper=3.0), StillLoop(timer=5.0), (Idle.MOVED, 0)),
    "a child computes": (StillWorkers(wait=0.5, only_children=True), StillLoop(), (Idle.WAIT, 0.5)),
    "a child computes and all tasks are blocked": (
        StillWorkers(wait=0.5, only_children=True),
        StillLoop(idleness=True),
        (Idle.ALL_BLOCKED, 0),
    ),
}


@pytest.mark.parametrize(("workers", "loop", "decision"), RUNGS_OF_WORKERS.values(), ids=RUNGS_OF_WORKERS)
def test_each_rung_of_the_worker_threads_comes_before_all_that_follow(
    simulation: Simulation, workers: StillWorkers, loop: StillLoop, decision: tuple[Idle, float]
) -> None:
    simulation.workers = workers  # type: ignore[assignment]

    assert decide(simulation, loop) == decision
    assert simulation.now == (3.0 if decision[0] is Idle.MOVED else 0.0)
    assert simulation.stopped is None


def test_a_loop_in_which_nothing_can_happen_is_a_deadlock(simulation: Simulation) -> None:
    decide(simulation, StillLoop())

    assert simulation.stopped is not None
    assert simulation.stopped.ended is Ended.DEADLOCK


def test_open_sockets_get_one_short_real_grace_before_time_jumps(simulation: Simulation) -> None:
    loop = StillLoop(sockets=True, timer=5.0)

    assert decide(simulation, loop) == (Idle.WAIT, 0.002)
    assert simulation.now == 0
    assert decide(simulation, loop) == (Idle.MOVED, 0)
    assert simulation.now == 5.0


def test_open_sockets_get_a_longer_grace_when_there_is_no_timer_left(simulation: Simulation) -> None:
    loop = StillLoop(sockets=True)

    assert decide(simulation, loop) == (Idle.WAIT, 0.25)
    assert simulation.stopped is None
    assert decide(simulation, loop) == (Idle.MOVED, 0)
    assert simulation.stopped is not None


def test_a_timer_beyond_the_horizon_stops_the_run_as_late_at_the_horizon() -> None:
    simulation = Simulation(Schedule(), Bounds(horizon=100.0))

    assert decide(simulation, StillLoop(timer=101.0)) == (Idle.MOVED, 0)
    assert simulation.stopped is not None
    assert simulation.stopped.ended is Ended.LATE
    assert simulation.now == 100.0


@pytest.mark.parametrize(
    ("timer", "sleeper", "now"), [(5.0, 3.0, 3.0), (2.0, 3.0, 2.0), (inf, 3.0, 3.0), (5.0, inf, 0.0), (inf, 101.0, 0.0)]
)
def test_while_tasks_spin_time_passes_for_threads_and_over_no_timer(timer: float, sleeper: float, now: float) -> None:
    simulation = Simulation(Schedule(), Bounds(horizon=100.0))
    simulation.workers = StillWorkers(sleeper=sleeper)  # type: ignore[assignment]
    simulation.idling.loop = StillLoop(timer=timer)

    assert simulation.threads_go_on() == (now > 0)
    assert simulation.now == now
