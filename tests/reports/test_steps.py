"""A failing play becomes frames that a beginner can read, and never more of them than there is room for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.reports.frames import MAX_NAME, MAX_TASKS, Frame
from grader.reports.steps import MAX_FRAMES, Stepper, stepper
from grader.wire.recording import Ended
from grader.wire.rows import MAX_EVENTS, Span
from tests.samples import (
    HOSTILE,
    RACE,
    deadlock,
    event,
    failure,
    long_play,
    one_after_the_other,
    race,
    together,
    trace,
    turns,
)


def stepped(source: str = "", room: int = 10**6, **changes: object) -> Stepper:
    made = stepper(failure(**({"reference": None} | changes)), source, room=room)
    assert made is not None
    return made


def rows(frame: Frame) -> list[tuple[str, str]]:
    return [(row.name, row.says) for row in frame.tasks]


# ---- what a frame says -----------------------------------------------------------------------------------------------


def test_a_frame_says_who_goes_on_and_how_its_step_ends() -> None:
    first, second, _, fourth, fifth, end = stepped(trace=race(), ended=Ended.DEADLOCK).frames

    assert first.said == (
        "`main` begins.",
        "It starts `a` and `b`.",
        "Then it waits in line 5 for `TaskGroup.__aexit__`.",
    )
    assert second.said == ("`a` begins; `main` has started it.", "Then it waits in line 11 for `sleep`.")
    assert fourth.said == (
        "Time passes: 0 s → 2 s.",
        "In the usual order it would be the turn of `a`; `b` may go first just as well.",
        "`b` goes on in line 11.",
        "It prints `b was here`.",
        "It returns.",
    )
    assert fifth.said == ("`a` goes on in line 11.", "Then it waits in line 12 for what it was given.")
    assert end.said == ("Every task waits, and nothing is left that could wake one of them.",)


def test_the_title_counts_the_steps_and_tells_the_virtual_time() -> None:
    titles = [frame.title for frame in stepped(trace=race()).frames]

    assert titles == [*(f"Step {n} of 5 · {0 if n < 4 else 2} s" for n in range(1, 6)), "The end · 2 s"]


def test_a_frame_says_what_every_task_does_after_the_step() -> None:
    frames = stepped(trace=race()).frames

    assert rows(frames[0]) == [
        ("main", "waits in line 5 for `TaskGroup.__aexit__` since 0 s"),
        ("a", "is ready to begin"),
        ("b", "is ready to begin"),
    ]
    assert rows(frames[3])[1:] == [("a", "is ready to go on in line 11"), ("b", "has returned")]
    assert [row.name for row in frames[3].tasks if row.acts] == ["b"]
    assert rows(frames[-1])[1] == ("a", "waits in line 12 for what it was given since 2 s")


def test_tasks_of_one_name_are_told_apart_and_the_work_of_the_scenarios_own_task_is_named() -> None:
    play = replace(race(), spans=(Span("select", 0, None, "open", None, 0),))

    assert [row.name for row in stepped(trace=play).frames[-1].tasks] == ["main (select)", "run", "run 2"]


def test_a_frame_says_who_woke_whom() -> None:
    events = [event(0, "spawn", 0), event(0, "start", 0), event(0, "suspend", 0, "Event.wait")]
    events += [event(0, "spawn", 1), event(0, "start", 1), event(0, "wake", 0, "1"), event(0, "finish", 1, "cancelled")]
    events += [event(0, "resume", 0), event(0, "finish", 0, "raised")]
    frames = stepped(trace=trace(elapsed=0, tasks=((0, "main", None), (1, "run", 0)), events=events)).frames

    assert frames[1].said[1:] == ("It wakes `main`.", "It is cancelled.")
    assert rows(frames[1]) == [("main", "is ready to go on, woken by `run`"), ("run", "was cancelled")]
    assert frames[2].said == ("`main` goes on, woken by `run`.", "It raises an exception.")


def test_a_wait_outside_of_the_file_and_a_call_that_holds_the_loop_are_said() -> None:
    events = [event(0, "start", 0), replace(event(0, "block", 0, "3"), line=4), event(3, "suspend", 0)]
    frame = stepped(trace=trace(elapsed=3, events=events)).frames[0]

    assert frame.said[1:] == ("It holds up every task in line 4 until 3 s.", "Then it waits outside of your file.")
    assert rows(frame) == [("main", "waits outside of your file since 3 s")]


def test_the_output_so_far_is_shown_by_its_last_lines() -> None:
    frames = stepped(trace=long_play(6, output="line\n")).frames

    assert [frame.output.count("line") for frame in frames] == [1, 2, 3, 3, 3, 3, 3]


def test_an_empty_line_is_no_sentence() -> None:
    assert not any("prints" in said for frame in stepped(trace=long_play(2, output="\n")).frames for said in frame.said)


def test_an_exception_that_ends_the_play_is_one_of_the_scenarios_own_task() -> None:
    # The recording calls that task returned, as what runs it has caught the exception.
    play = replace(race(), events=(*race().events, event(2, "resume", 0), event(2, "finish", 0, "returned")))
    *_, last, end = stepped(trace=play, ended=Ended.RAISED).frames

    assert last.said[-1] == "It raises an exception."
    assert (rows(end)[0], rows(end)[2]) == (("main", "has raised an exception"), ("b", "has returned"))
    assert end.said == ("An exception ends the play.",)


# ---- which lines are lit ---------------------------------------------------------------------------------------------


def test_the_lines_of_a_step_are_places_in_the_listing() -> None:
    made = stepped(RACE, trace=race(), line=None)
    numbers = [line.number for line in made.lines]
    lit = [(frame.at and numbers[frame.at - 1], [numbers[place - 1] for place in frame.stops]) for frame in made.frames]

    assert numbers == [4, 5, 6, 7, 10, 11, 12]
    assert lit == [(None, [5]), (None, [11]), (None, [11]), (11, []), (11, [12]), (None, [5, 12])]


def test_the_line_of_a_call_that_holds_up_every_task_is_lit() -> None:
    events = [event(0, "start", 0), replace(event(0, "block", 0, "3"), line=11), event(3, "suspend", 0)]
    made = stepped(RACE, trace=trace(elapsed=3, events=events), line=None)

    assert [made.lines[place - 1].text.strip() for place in made.frames[0].stops] == ["await anyio.sleep(2)"]


def test_without_the_file_nothing_is_lit_and_the_lines_are_said_all_the_same() -> None:
    made = stepped(trace=race())

    assert made.lines == ()
    assert {(frame.at, frame.stops) for frame in made.frames} == {(None, ())}


# ---- deciding frames -------------------------------------------------------------------------------------------------


def test_the_step_out_of_turn_the_last_two_and_the_end_are_deciding() -> None:
    play = race()
    frames = stepped(trace=replace(play, events=(*play.events, *long_play(4).events[1:]))).frames

    assert [frame.turning for frame in frames if frame.turning] == ["b goes on before a"]
    assert [frame.step for frame in frames if frame.deciding] == [4, 8, 9, 10]


def test_where_the_play_leaves_that_of_the_reference_is_deciding() -> None:
    mine, theirs = turns(0, 1, 2, 1, 2, 0, 0, 0), turns(0, 1, 2, 2, 1, 0, 0, 0)
    frames = stepped(trace=mine, reference=theirs).frames

    assert [(frame.step, frame.said[-1]) for frame in frames if frame.turning] == [
        (4, "Up to this step the reference answer does the same; here it goes another way.")
    ]
    assert [frame.step for frame in frames if frame.deciding] == [4, 7, 8, 9]


def test_a_play_that_is_like_the_references_nowhere_leaves_it_nowhere() -> None:
    frames = stepped(trace=one_after_the_other(a=3, b=2), reference=together(a=3, b=2)).frames

    assert not any(frame.turning for frame in frames)


def test_the_end_of_a_play_that_was_stopped_is_the_verdict_and_not_its_unwinding() -> None:
    frames = stepped(**{key: getattr(deadlock(), key) for key in ("trace", "waiting", "ended")}).frames

    assert rows(frames[-1])[1:] == [
        ("left", "waits for `Event.wait` since 3 s"),
        ("reader", "waits for `Event.wait` since 3 s"),
    ]


# ---- sizes -----------------------------------------------------------------------------------------------------------


def test_of_a_long_play_the_first_steps_and_the_last_ones_have_a_frame() -> None:
    made = stepped(trace=long_play(500))
    steps = [frame.step for frame in made.frames]

    assert made.steps == 500
    assert len(steps) == MAX_FRAMES
    assert steps == [*range(1, MAX_FRAMES - 2), 499, 500, 501]
    assert [frame.skipped for frame in made.frames if frame.skipped] == [made.left_out] == [441]


def test_the_less_room_there_is_the_fewer_frames_but_the_end_always_stays() -> None:
    counts = [len(stepped(trace=long_play(500), room=room).frames) for room in (50_000, 20_000, 5_000, 0)]

    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[2] > counts[3] == 1
    assert stepped(trace=long_play(500), room=0).frames[0].title == "The end · 500 s"


def test_of_many_tasks_those_that_act_and_a_few_others_are_shown() -> None:
    frame = stepped(trace=long_play(30, tasks=30)).frames[20]

    assert len(frame.tasks) == MAX_TASKS
    assert frame.more == 30 - MAX_TASKS
    assert [row.name for row in frame.tasks if row.acts] == ["run 21"]


def test_what_a_learner_named_is_cleaned_and_short() -> None:
    play = replace(race(), tasks=tuple(replace(task, name=HOSTILE) for task in race().tasks), spans=())
    for frame in stepped(trace=play).frames:
        for text in (*frame.said, frame.turning, frame.output, *(row.says for row in frame.tasks)):
            assert text.isprintable()
            assert text.count("`") % 2 == 0
        assert all(len(row.name) <= MAX_NAME for row in frame.tasks)


def test_a_play_that_was_recorded_only_in_part_says_so() -> None:
    play = long_play(MAX_EVENTS)
    end = stepped(trace=replace(play, events=play.events[:MAX_EVENTS]), ended=Ended.NEVER_YIELDS).frames[-1]

    assert end.said[0] == "The play went on; its later steps are not recorded."


@pytest.mark.parametrize("play", [None, trace(elapsed=0)])
def test_without_a_step_there_is_nothing_to_step_through(play: object) -> None:
    assert stepper(failure(trace=play), RACE) is None
