"""A trace is played back step by step: who goes on, who had woken it, and what every task does afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.reports.replay import Doing, Step, TaskState, replay
from grader.wire.recording import Trace
from tests.samples import event, race, trace, turns


def steps_of(play: Trace) -> list[Step]:
    return [step for step, _ in replay(play)]


def test_a_step_lasts_from_one_wait_of_a_task_to_its_next() -> None:
    steps = steps_of(race())

    assert [(step.number, step.task, step.begun, step.now.doing) for step in steps] == [
        (1, 0, 0, Doing.WAITS),
        (2, 1, 0, Doing.WAITS),
        (3, 2, 0, Doing.WAITS),
        (4, 2, 2, Doing.RETURNED),
        (5, 1, 2, Doing.WAITS),
    ]
    assert [step.was.line for step in steps] == [None, None, None, 11, 11]
    assert [step.now.line for step in steps] == [5, 11, 11, None, 12]
    assert [step.before for step in steps] == [0, 0, 0, 0, 2]


def test_a_step_tells_what_was_started_and_printed_in_it() -> None:
    steps = steps_of(race())

    assert [step.started for step in steps] == [(1, 2), (), (), (), ()]
    assert [step.printed for step in steps] == ["", "", "", "b was here\n", ""]


def test_the_step_that_was_taken_out_of_turn_is_the_one_before_which_the_other_task_was_ready() -> None:
    assert [step.instead_of for step in steps_of(race())] == [None, None, None, 1, None]

    natural = replace(race(), deviations=())
    assert {step.instead_of for step in steps_of(natural)} == {None}


def test_a_task_that_is_woken_by_another_one_is_ready_and_says_by_which() -> None:
    events = [event(0, "spawn", 0), event(0, "start", 0), event(0, "suspend", 0, "Event.wait")]
    events += [event(0, "spawn", 1), event(0, "start", 1), event(0, "wake", 0, "1"), event(0, "finish", 1, "returned")]
    events += [event(0, "resume", 0), event(0, "finish", 0, "raised")]
    seen: list[tuple[Step, Mapping[int, TaskState]]] = [(step, dict(states)) for step, states in replay(two(events))]

    assert seen[1][0].woke == (0,)
    assert (seen[1][1][0].doing, seen[1][1][0].by, seen[1][1][0].awaiting) == (Doing.READY, 1, "Event.wait")
    assert (seen[2][0].was.by, seen[2][0].now.doing) == (1, Doing.RAISED)


def two(events: list[object]) -> Trace:
    return trace(elapsed=0, tasks=((0, "main", None), (1, "run", 0)), events=events)  # type: ignore[arg-type]


def test_a_task_that_wakes_itself_only_gives_up_its_turn() -> None:
    events = [
        event(0, "spawn", 0),
        event(0, "start", 0),
        event(0, "wake", 0, "0"),
        event(0, "suspend", 0, "checkpoint"),
    ]
    (step,) = steps_of(two(events))

    assert step.woke == ()
    assert (step.now.doing, step.now.awaiting, step.now.by) == (Doing.READY, "checkpoint", None)


def test_a_blocking_call_takes_its_time_within_the_step() -> None:
    events = [event(0, "start", 0), replace(event(0, "block", 0, "3"), line=4), event(3, "suspend", 0, "sleep")]
    (step,) = steps_of(two([*events]))

    assert (step.begun, step.ended, step.held) == (0, 3, (4,))


def test_a_step_that_never_ends_is_the_last() -> None:
    (step,) = steps_of(two([event(0, "spawn", 0), event(0, "start", 0)]))

    assert step.now.doing is Doing.RUNS


def test_every_step_of_a_play_is_there_in_its_order() -> None:
    order = (0, 1, 2, 1, 0, 2)
    # The last event of each task, its end, comes without a step of its own here.
    assert [step.task for step in steps_of(turns(*order))] == list(order)


def test_events_that_make_no_sense_do_no_harm() -> None:
    events = [event(0, "suspend", 7), event(0, "wake", 9, "x"), event(0, "block", 3, "nan"), event(0, "resume", 5)]
    events += [event(0, "resume", 6), event(0, "finish", 5, "never")]

    assert [step.task for step in steps_of(two([*events]))] == [5, 6]


def test_the_step_before_which_the_caller_is_cancelled_says_so() -> None:
    play = race()
    steps = [place for place, one in enumerate(play.events) if one.kind in ("start", "resume")]
    for number, place in enumerate(steps):
        events = [*play.events[:place], event(0, "cancel", 0), *play.events[place:]]
        cancelled = [step.cancelled for step in steps_of(replace(play, events=tuple(events)))]
        assert cancelled == [step == number for step in range(len(steps))]
