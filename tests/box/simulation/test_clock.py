"""The clock of a run goes one way, and what decides about time and order notices that it is assigned to."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from grader.box.simulation.clock import Clock, new_clock
from grader.box.simulation.core import Bounds, Simulation
from grader.box.simulation.schedule import Schedule
from grader.wire.recording import Ended
from grader.wire.turns import shuffled


def test_a_clock_goes_forward_and_never_back() -> None:
    clock = new_clock()
    times = []
    for when in (1.5, 1.0, 0.0, 7.0):
        clock.move(when)
        times.append(clock.read())

    assert times == [1.5, 1.5, 1.5, 7.0]


def test_what_is_noted_stands_in_the_order_and_at_the_time_at_which_it_was() -> None:
    clock = new_clock()
    clock.note("span", 0, 11)
    clock.move(2.0)
    clock.note("mark", 0, 12)

    assert clock.instants() == [[0.0, "span", 0, 11], [2.0, "mark", 0, 12]]


def test_time_stands_still_while_a_thread_holds_the_clock() -> None:
    clock = new_clock()
    mover = threading.Thread(target=clock.move, args=(3.0,))
    with clock.held:
        mover.start()
        assert clock.read() == 0.0
        clock.note("mark", 0, 1)
    mover.join()

    assert clock.read() == 3.0
    assert clock.instants()[0][0] == 0.0


@pytest.mark.parametrize("name", [*Clock._fields, "_now", "anything"])
def test_no_assignment_changes_a_clock_and_each_is_remembered(name: str) -> None:
    clock: Any = new_clock()
    assert not clock.touched
    setattr(clock, name, lambda *given: -1.0)
    clock.move(1.0)

    assert clock.touched
    assert clock.read() == 1.0


@pytest.mark.parametrize("name", [*Schedule._fields, "_choose", "_random", "__class__"])
def test_no_assignment_changes_a_schedule_and_each_is_remembered(name: str) -> None:
    schedule: Any = Schedule(shuffled(1))
    setattr(schedule, name, Schedule)

    assert schedule.touched
    assert type(schedule) is Schedule
    assert [schedule.pick(4) for _ in range(5)] == [Schedule(shuffled(1)).pick(4), *schedule.choices[1:]]


def test_to_delete_a_part_is_to_touch_it() -> None:
    schedule: Any = Schedule()
    del schedule.pick

    assert schedule.touched
    assert schedule.pick(2) == 0


@pytest.mark.parametrize("name", ["clock", "schedule", "bounds", "now"])
def test_a_run_whose_clock_or_schedule_is_replaced_is_tampered_with(name: str) -> None:
    simulation = Simulation(Schedule(), Bounds())
    before = getattr(simulation, name)
    setattr(simulation, name, None)

    assert simulation.stopped is not None
    assert simulation.stopped.ended is Ended.TAMPERED
    assert getattr(simulation, name) is before


def test_time_that_moves_during_a_step_was_moved_from_outside_or_has_blocked_the_loop() -> None:
    blocked, moved = Simulation(Schedule(), Bounds()), Simulation(Schedule(), Bounds())
    blocked.running = moved.running = 1
    blocked.blocked("time.sleep(2)", 2, None)
    moved.advance(2)

    assert (blocked.now, blocked.stopped, blocked.first_block is not None) == (2, None, True)
    assert moved.stopped is not None
    assert moved.stopped.ended is Ended.TAMPERED
