"""A trace becomes lanes that say which task was there when, and no trace breaks the layout."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reports.comparison import side_by_side
from grader.reports.lanes import MAX_STRETCHES, How, Kind, cut_bars, merged
from grader.reports.timeline import MAX_LANES, MAX_TICKS, Axis, as_at_verdict, layout
from grader.text import seconds
from grader.wire.rows import Waiting
from tests.samples import event, span, together, trace, turns


def labels(timeline):
    return [(lane.label, lane.depth) for lane in timeline.lanes]


def kinds(lane):
    return [(bar.start, bar.end, bar.kind) for bar in lane.bars]


# ---- lanes -----------------------------------------------------------------------------------------------------------


def test_each_span_is_a_lane_and_its_task_is_not():
    timeline = layout(together(a=3, b=2), scale_end=3)

    assert labels(timeline) == [("a", 0), ("b", 0)]
    assert kinds(timeline.lanes[1]) == [(0, 2, Kind.WORK)]
    assert timeline.lanes[1].how is How.RETURNED


def test_a_task_without_a_span_is_a_lane_if_it_waited_failed_or_was_cancelled():
    tasks = ((0, "main", None), (1, "quick", 0), (2, "waits", 0), (3, "fails", 0), (4, "dropped", 0))
    events = [event(0, "start", number) for number in range(5)]
    events += [event(0, "finish", 1, "returned"), event(0, "suspend", 2, "sleep"), event(0, "finish", 3, "raised")]
    events += [event(0, "finish", 4, "cancelled"), event(2, "resume", 2), event(2, "finish", 2, "returned")]
    events += [event(2, "finish", 0, "returned")]

    timeline = layout(trace(elapsed=2, tasks=tasks, events=events), scale_end=2)

    assert [(lane.label, lane.how) for lane in timeline.lanes] == [
        ("waits", How.RETURNED),
        ("fails", How.RAISED),
        ("dropped", How.CANCELLED),
    ]
    assert kinds(timeline.lanes[0]) == [(0, 2, Kind.WAIT)]


def test_main_is_shown_if_nothing_else_is():
    events = [event(0, "start", 0), event(0, "suspend", 0), event(3, "resume", 0), event(3, "finish", 0, "returned")]
    assert labels(layout(trace(elapsed=3, events=events), scale_end=3)) == [("main", 0)]


def test_main_is_shown_above_the_others_if_part_of_its_waiting_is_its_own():
    events = [event(0, "start", 0), event(0, "suspend", 0), event(5, "resume", 0), event(5, "finish", 0, "returned")]
    tasks = ((0, "main", None), (1, "run", 0))
    timeline = layout(trace(span("a", 0, 3, task=1), elapsed=5, tasks=tasks, events=events), scale_end=5)

    assert labels(timeline) == [("main", 0), ("a", 1)]


def test_main_is_not_shown_for_a_part_of_its_waiting_that_no_eye_could_see():
    """It polled: each of its waits was its own for a moment, and the picture showed a lane of nothing else."""
    events = [event(0, "start", 0)]
    for number in range(501):
        events += [event(number / 100, "suspend", 0), event((number + 1) / 100, "resume", 0)]
    events += [event(5.01, "finish", 0, "returned")]
    tasks = ((0, "main", None), (1, "run", 0))
    timeline = layout(trace(span("a", 0, 5, task=1), elapsed=5.01, tasks=tasks, events=events), scale_end=5.01)

    assert labels(timeline) == [("a", 0)]


def test_a_lane_stands_under_the_span_in_which_its_task_was_started():
    tasks = ((0, "main", None), (1, "run", 0), (2, "helper", 1))
    events = [event(1, "spawn", 1), event(1, "spawn", 2)]
    spans = [span("join", 0, 4), span("a", 1, 3, task=1), span("b", 1, 2, task=2)]
    timeline = layout(trace(*spans, elapsed=4, tasks=tasks, events=events), scale_end=4)

    assert labels(timeline) == [("join", 0), ("a", 1), ("b", 2)]
    assert kinds(timeline.lanes[0]) == [(0, 1, Kind.WORK), (1, 3, Kind.WAIT), (3, 4, Kind.WORK)]


def test_spans_of_one_task_nest_only_if_one_lies_inside_the_other():
    play = trace(span("outer", 0, 4), span("inner", 1, 2), span("next", 4, 5), elapsed=5)
    assert labels(layout(play, scale_end=5)) == [("outer", 0), ("inner", 1), ("next", 0)]


def test_a_blocked_loop_shows_in_the_lane_that_blocks_it():
    play = trace(span("a", 0, 4), elapsed=4, events=[event(1, "block", 0, "2")])
    assert kinds(layout(play, scale_end=4).lanes[0]) == [(0, 1, Kind.WORK), (1, 3, Kind.BLOCKED), (3, 4, Kind.WORK)]


def test_a_lane_that_never_ended_reaches_the_end_of_the_scale():
    lane = layout(trace(span("a", 1, None), elapsed=2), scale_end=10).lanes[0]

    assert (lane.end, lane.how) == (None, How.OPEN)
    assert lane.bars[-1].end == 10


def test_lanes_of_one_name_are_told_apart():
    play = trace(span("a", 0, 1), span("a", 1, 2), span("a", 2, 3), elapsed=3)
    assert [lane.label for lane in layout(play, scale_end=3).lanes] == ["a", "a 2", "a 3"]


@pytest.mark.parametrize("count", [0, 1, MAX_LANES, 100, 5000])
def test_any_number_of_lanes_is_shown_or_counted(count):
    play = trace(*(span(f"s{n}", 0, 1, task=n) for n in range(count)), elapsed=1)
    timeline = layout(play, scale_end=1)
    main = int(count == 0)

    assert len(timeline.lanes) == min(count + main, MAX_LANES)
    assert len(timeline.lanes) + timeline.hidden == count + main


def test_tasks_that_the_verdict_cut_off_never_ended():
    events = [event(3, "finish", 1, "cancelled")]
    play = trace(span("a", 0, 3, "cancelled"), span("b", 0, 1, "cancelled"), span("c", 0, 3), elapsed=3, events=events)
    seen = as_at_verdict(play, [Waiting(task="a", line=1, awaiting="Event.wait", since=3.0)])

    assert [one.how for one in seen.spans] == ["open", "cancelled", "returned"]
    assert seen.events == ()
    assert as_at_verdict(play, []) is play


def test_a_task_that_the_verdict_cut_off_did_not_go_on():
    step = [event(3, "resume", 1), event(3, "suspend", 1, "sleep")]
    play = trace(elapsed=3, events=[*step, event(3, "resume", 1), event(3, "finish", 1, "cancelled")])

    assert list(as_at_verdict(replace(play, failed_at=3.0), []).events) == step


def test_the_picture_of_a_play_that_was_stopped_ends_at_the_very_moment_of_the_verdict():
    events = [event(4, "finish", 2, "returned"), event(7, "finish", 1, "cancelled"), event(9, "finish", 0, "cancelled")]
    spans = (span("a", 0, 7, "cancelled"), span("b", 1, 4), span("clean-up", 7.5, 9), span("c", 2, 9, "cancelled"))
    play = replace(trace(*spans, elapsed=9, events=events), failed_at=7.0)
    seen = as_at_verdict(play, [Waiting(task="a", line=1, awaiting="Event.wait", since=3.0)])

    assert [(one.name, one.stopped, one.how) for one in seen.spans] == [
        ("a", None, "open"),
        ("b", 4, "returned"),
        ("c", None, "open"),
    ]
    assert [one.time for one in seen.events] == [4]
    assert seen.elapsed == 7


def at_once(*rows):
    """A play in which no time passes: events of a kind, a task and what more there is to say about them."""
    tasks = ((0, "main", None), (1, "worker", 0))
    play = trace(elapsed=0, tasks=tasks, events=[event(0, kind, task, *more) for kind, task, *more in rows])
    return replace(play, failed_at=0.0)


BOTH_WAIT = [("spawn", 0), ("start", 0), ("spawn", 1), ("suspend", 0), ("start", 1), ("suspend", 1, "Event.wait")]
UNWINDING = [("wake", 0), ("wake", 1), ("resume", 1), ("finish", 1, "returned"), ("resume", 0), ("suspend", 0)]


def test_what_a_stopped_play_did_at_the_time_of_its_verdict_stays_and_its_unwinding_goes():
    waiting = [Waiting(task=name, line=None, awaiting="", since=0.0) for name in ("main", "worker")]
    play = at_once(*BOTH_WAIT, *UNWINDING)

    assert [(one.kind, one.task) for one in as_at_verdict(play, waiting).events] == [row[:2] for row in BOTH_WAIT]


def test_a_play_that_spins_keeps_its_turns_though_its_tasks_wait_at_the_end_as_at_the_beginning():
    turn = [("resume", 1), ("wake", 1, "1"), ("suspend", 1, "checkpoint")]
    waiting = [Waiting(task=name, line=None, awaiting="", since=0.0) for name in ("main", "worker")]
    play = at_once(*BOTH_WAIT[:-1], *turn[1:], *turn * 3)

    assert as_at_verdict(play, waiting).events == play.events


def test_a_play_that_blocked_the_loop_is_cut_off_at_its_verdict_without_a_task_that_waits():
    play = replace(trace(span("a", 0, 5, "cancelled"), elapsed=5), failed_at=5.0)

    assert [one.how for one in as_at_verdict(play, []).spans] == ["open"]


def test_a_play_is_over_where_a_call_blocks_in_real_time_and_not_where_one_takes_virtual_time():
    step = [("start", 0), ("block", 0, "3"), ("suspend", 0), ("resume", 0), ("block", 0, "0")]
    play = at_once(*step, ("suspend", 0), *UNWINDING)

    assert [(one.kind, one.task) for one in as_at_verdict(play, []).events] == [row[:2] for row in step]


def test_an_endless_loop_that_was_stopped_has_not_raised_and_holds_up_every_task():
    events = [event(1, "start", 0), event(2, "block", 1, "0"), event(2, "finish", 1, "raised")]
    events += [event(2, "finish", 2, "raised"), event(2, "finish", 0, "raised")]
    tasks = ((0, "main", None), (1, "spins", 0), (2, "fails", 0))
    spans = (span("round it", 1, 2, "raised", task=1), span("in it", 1, 2, "raised", task=2))
    play = replace(trace(*spans, elapsed=2, tasks=tasks, events=events), failed_at=2.0)
    seen = as_at_verdict(play, [])

    assert [(one.name, one.how) for one in seen.spans] == [("round it", "open"), ("in it", "raised")]
    assert [(one.kind, one.task) for one in seen.events] == [("start", 0), ("block", 1)]
    lanes = {lane.label: lane for lane in layout(seen, scale_end=4).lanes}
    assert kinds(lanes["round it"]) == [(1, 2, Kind.WORK), (2, 4, Kind.BLOCKED)]


# ---- steps -----------------------------------------------------------------------------------------------------------


def test_where_no_time_passes_the_axis_counts_steps():
    mine, reference = side_by_side(turns(0, 1, 1, 2, 0), turns(0, 1, 2, 1, 2, 0))

    assert reference is not None
    assert mine.axis is reference.axis is Axis.STEPS
    assert mine.end == reference.end == 6
    assert mine.ticks[0].label == "step 1"
    assert [lane.label for lane in mine.lanes] == ["main", "count 1", "count 2"]
    assert kinds(mine.lanes[1]) == [(1, 3, Kind.WORK)]
    assert kinds(reference.lanes[1]) == [(1, 2, Kind.WORK), (2, 3, Kind.WAIT), (3, 4, Kind.WORK)]


def test_a_task_is_named_by_its_spans_rather_than_by_its_function():
    play = replace(turns(0, 1, 2, 0), spans=(span("a", 0, 0, task=1), span("b", 0, 0, task=1), span("c", 0, 0, task=2)))

    assert [lane.label for lane in layout(play, scale_end=0).lanes] == ["main", "a, b", "c"]


def test_a_task_that_ends_after_the_steps_that_are_drawn_does_end():
    lanes = layout(turns(0, *[1, 2] * 3000, 0), scale_end=0).lanes

    assert {lane.how for lane in lanes} == {How.RETURNED}


def test_a_step_that_blocks_the_loop_looks_like_it():
    play = turns(0, 1, 0)
    blocked = trace(elapsed=0, tasks=((0, "main", None),), events=[*play.events[:1], event(0, "block", 0, "0")])

    assert kinds(layout(blocked, scale_end=0).lanes[0]) == [(0, 1, Kind.BLOCKED)]


def test_a_play_of_many_steps_is_cut_where_it_cannot_be_drawn():
    timeline = layout(turns(0, *[1, 2] * 3000, 0), scale_end=0)

    assert timeline.end <= 48
    assert len(timeline.ticks) <= MAX_TICKS


# ---- the axis --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (5, ["0s", "1s", "2s", "3s", "4s", "5s"]),
        (0.3, ["0s", "0.05s", "0.1s", "0.15s", "0.2s", "0.25s", "0.3s"]),
        (1_000_000, ["0s", "200,000s", "400,000s", "600,000s", "800,000s", "1,000,000s"]),
    ],
)
def test_ticks_stand_at_round_times(end, expected):
    assert [tick.label for tick in layout(trace(elapsed=end), scale_end=end).ticks] == expected


def test_times_are_said_as_people_write_them():
    assert [seconds(time) for time in (2.0, 0.25, 1e6, 0.1 + 0.2)] == ["2 s", "0.25 s", "1,000,000 s", "0.3 s"]


# ---- anything --------------------------------------------------------------------------------------------------------

TIMES = st.one_of(st.integers(0, 9).map(float), st.floats(0, 1e6), st.sampled_from([0.0, 5e-324, 1e300]))
HOWS = st.sampled_from(["open", "returned", "raised", "cancelled"])


@st.composite
def traces(draw):
    tasks = [
        (n, draw(st.text(max_size=3)), draw(st.none() | st.integers(0, 6))) for n in range(draw(st.integers(0, 6)))
    ]
    spans = [
        span(
            draw(st.sampled_from("abc")), draw(TIMES), draw(st.none() | TIMES), draw(HOWS), task=draw(st.integers(0, 7))
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    kind = st.sampled_from(["spawn", "start", "resume", "suspend", "block", "finish", "nonsense"])
    info = st.none() | st.sampled_from(["1", "nan", "1e999", "-3", "x", "returned", "raised", "cancelled"])
    events = [
        event(draw(TIMES), draw(kind), draw(st.integers(0, 7)), draw(info)) for _ in range(draw(st.integers(0, 25)))
    ]

    return trace(*spans, elapsed=draw(TIMES), tasks=tasks, events=events)


def check(timeline):
    assert len(timeline.lanes) <= MAX_LANES
    assert timeline.end > 0
    assert all(0 <= tick.at <= timeline.end for tick in timeline.ticks)
    for label in timeline.labels:
        assert label.lane in range(len(timeline.lanes))
    for lane in timeline.lanes:
        until = timeline.end if lane.end is None else lane.end
        assert 0 <= lane.start <= until <= timeline.end
        assert bool(lane.bars) == (lane.how is not How.NEVER)
        assert all(lane.start <= bar.start <= bar.end <= until for bar in lane.bars)
        edges = [time for bar in lane.bars if bar.start < bar.end for time in (bar.start, bar.end)]
        assert edges == sorted(edges), "bars follow one another and do not overlap"


@settings(max_examples=150, deadline=None)
@given(mine=traces(), theirs=st.none() | traces())
def test_every_layout_is_drawable_whatever_the_recording_says(mine, theirs):
    for timeline in side_by_side(mine, theirs):
        if timeline is not None:
            check(timeline)


def test_a_lane_of_thousands_of_stretches_shows_no_more_than_an_eye_can_tell_apart():
    """Each was compared with each, in each of 400 lanes, and each was drawn."""
    events = [event(0, "start", 0)]
    events += [event(number + 0.5, "block", 0, "0.25") for number in range(6000)]
    spans = [span(f"span {number}", 0, 6001, task=0) for number in range(30)]

    timeline = layout(trace(*spans, elapsed=6001, events=events), scale_end=6001)

    assert len(timeline.lanes) == MAX_LANES
    assert all(len(lane.bars) <= 2 * MAX_STRETCHES + 1 for lane in timeline.lanes)
    assert any(bar.kind is Kind.BLOCKED for lane in timeline.lanes for bar in lane.bars)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=12), st.integers(0, 60))
def test_a_moment_is_blocked_if_it_lies_in_one_of_the_stretches(stretches, moment):
    intervals = [(low, low + length) for low, length in stretches]
    bars = cut_bars((0, 61), Kind.WORK, (), merged(intervals))
    middle = moment + 0.5
    kind = next(bar.kind for bar in bars if bar.start <= middle < bar.end)

    assert (kind is Kind.BLOCKED) == any(low < middle < high for low, high in intervals)
