"""Two plays are compared by what an eye can see: marks say what differs, and what is alike may be left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reports.comparison import alike, folded, lanes_alike, marks, says_something, side_by_side
from grader.reports.lanes import How
from tests.samples import event, one_after_the_other, span, together, trace, turns


def said(student, reference):
    return [(mark.at, mark.name, mark.text) for mark in marks(student, reference)]


def play(*spans, elapsed=10.0):
    """A play with a task for each span."""
    tasks = [(0, "main", None), *((number, "run", 0) for number in range(1, len(spans) + 1))]
    own = (replace(one, task=number) for number, one in enumerate(spans, start=1))
    return trace(*own, elapsed=elapsed, tasks=tasks)


# ---- marks -----------------------------------------------------------------------------------------------------------


def test_a_span_that_waited_for_another_says_for_which():
    assert said(one_after_the_other(a=3, b=5, c=2), together(a=3, b=5, c=2)) == [
        (3, "b", "starts only when `a` ends"),
        (8, "c", "starts only when `b` ends"),
    ]


def test_a_span_that_waits_in_the_reference_too_has_no_mark():
    assert marks(one_after_the_other(a=3, b=5), one_after_the_other(a=3, b=5)) == ()
    assert marks(together(a=3, b=5), together(a=3, b=5)) == ()


def test_a_span_of_a_play_that_was_stopped_has_its_mark_although_it_never_ended():
    assert said(play(span("a", 0, 3), span("b", 3, None)), together(a=3, b=2)) == [
        (3, "b", "starts only when `a` ends")
    ]


@pytest.mark.parametrize(("stopped", "how"), [(9, "returned"), (9, "raised"), (None, "open")])
def test_a_span_that_goes_on_is_marked_where_the_reference_cancels_it(stopped, how):
    mine, theirs = play(span("a", 0, stopped, how)), play(span("a", 0, 2, "cancelled"))

    assert said(mine, theirs) == [(2, "a", "should be cancelled here")]


def test_a_span_that_is_cancelled_too_late_is_marked_if_that_is_all():
    late, theirs = span("a", 0, 9, "cancelled"), play(span("a", 0, 2, "cancelled"), span("b", 0, 3), span("c", 0, 4))

    assert said(play(late, span("b", 0, 3), span("c", 0, 4)), theirs) == [(2, "a", "should be cancelled here")]
    assert said(play(late, span("b", 0, 3), span("c", 3, 7)), theirs) == [(3, "c", "starts only when `b` ends")]


@pytest.mark.parametrize("mine", [span("a", 0, 2.05, "returned"), span("a", 3, 9), span("a", 0, 2, "raised")])
def test_what_no_eye_sees_or_began_later_is_not_said_to_go_on(mine):
    assert said(play(mine), play(span("a", 0, 2, "cancelled"))) == []


def test_a_span_that_the_reference_never_begins_should_not_start():
    assert said(play(span("a", 0, 1), span("b", 2, 3)), play(span("a", 0, 1))) == [(2, "b", "should not start")]
    assert said(play(span("a", 0, 1)), play()) == [], "there is nothing to compare with"


def test_spans_of_one_name_cannot_be_told_apart():
    assert said(play(span("a", 0, 3), span("a", 3, 5)), play(span("a", 0, 3), span("a", 0, 2))) == []


def test_both_plays_share_one_scale_and_the_mark_is_a_label():
    mine, theirs = side_by_side(one_after_the_other(a=3, b=2), together(a=3, b=2))

    assert theirs is not None
    assert mine.end == theirs.end == 5
    assert mine.ticks == theirs.ticks
    assert [(label.at, label.lane, label.text, label.other) for label in mine.labels] == [
        (3, 1, "starts only when `a` ends", "a")
    ]


@pytest.mark.parametrize("elapsed", [10.0, 0.0])
def test_a_span_that_never_begins_is_a_lane_of_its_own(elapsed):
    mine, theirs = side_by_side(
        replace(turns(0, 1, 0), elapsed=elapsed, spans=(span("a", 0, 0, task=1),)),
        replace(turns(0, 1, 2, 0), elapsed=elapsed, spans=(span("a", 0, 0, task=1), span("b", 0, 0, task=2))),
    )

    assert theirs is not None
    assert mine.lanes[-1].label == "b"
    assert [lane.how for lane in mine.lanes].count(How.NEVER) == 1
    assert mine.lanes[-1].bars == ()


# ---- what is alike ---------------------------------------------------------------------------------------------------


def compared(student, reference):
    mine, theirs = side_by_side(student, reference)
    assert theirs is not None
    return mine, theirs


@pytest.mark.parametrize(
    ("student", "same"),
    [
        (together(a=3, b=5), True),
        (together(a=3, b=5.04), True),
        (together(a=3, b=5.2), False),
        (together(a=3), False),
        (together(a=3, b=5, c=1), False),
        (together(a=3, x=5), False),
        (play(span("a", 0, 3), span("b", 0, 5, "raised"), elapsed=5), False),
    ],
    ids=["equal", "no eye sees it", "longer", "one less", "one more", "another name", "another end"],
)
def test_two_timelines_are_alike_if_no_eye_can_tell_them_apart(student, same):
    assert alike(*compared(student, together(a=3, b=5))) is same


def test_turns_of_tasks_are_alike_step_by_step():
    assert alike(*compared(turns(0, 1, 2, 1, 0), turns(0, 1, 2, 1, 0)))
    assert not alike(*compared(turns(0, 1, 1, 2, 0), turns(0, 1, 2, 1, 0)))


def test_tasks_named_after_functions_are_alike_whatever_the_functions_are_called():
    def timed(*names):
        events = [event(0, "start", 0), event(0, "suspend", 0)]
        for number in range(1, len(names) + 1):
            events += [event(0, "start", number), event(0, "suspend", number)]
            events += [event(number, "resume", number), event(number, "finish", number, "returned")]
        tasks = ((0, "main", None), *((number, name, 0) for number, name in enumerate(names, start=1)))
        return trace(elapsed=2, tasks=tasks, events=sorted(events, key=lambda one: one.time))

    assert alike(*compared(timed("timer", "operation"), timed("clock", "timer")))
    assert lanes_alike(*compared(timed("a", "b"), timed("x"))) == ({"a", "main"}, {"x", "main"})


# ---- folding ---------------------------------------------------------------------------------------------------------


def labels(timeline):
    return [lane.label for lane in timeline.lanes]


MANY = {f"s{number}": number + 1 for number in range(6)}


def test_a_picture_that_is_small_enough_is_left_as_it_is():
    both = compared(together(a=3, b=5), together(a=3, b=4))
    assert folded(*both, 4) == both


def test_lanes_that_are_alike_go_first_and_are_counted():
    mine, theirs = folded(*compared(together(**MANY, late=9), together(**MANY, late=7)), 8)

    assert (labels(mine), labels(theirs)) == (["late"], ["late"])
    assert (mine.alike, mine.hidden, theirs.alike, theirs.hidden) == (6, 0, 6, 0)


def test_a_lane_that_a_mark_names_stays():
    student = play(*(span(name, 0, end) for name, end in MANY.items()), span("late", 3, 8))
    mine, theirs = folded(*compared(student, together(**MANY, late=5)), 4)

    assert labels(mine) == labels(theirs) == ["s2", "late"]
    assert mine.lanes[mine.labels[0].lane].label == "late", "the label has moved with its lane"


@pytest.mark.parametrize(
    ("rows", "here", "there"),
    [(5, ["a", "b", "c"], ["b", "c"]), (4, ["a", "b"], ["a", "b"]), (3, ["a", "b"], ["b"]), (2, [], [])],
)
def test_a_lane_with_a_mark_stays_only_beside_the_lane_that_the_mark_names(rows, here, there):
    spans = {"a": 3, "b": 5, "c": 2}
    mine, theirs = folded(*compared(one_after_the_other(**spans), together(**spans)), rows)
    marked = [label for label in mine.labels if label.other not in labels(mine)]

    assert marked == []
    if rows > 2:
        assert (labels(mine), labels(theirs)) == (here, there)


def test_lanes_with_a_mark_are_the_last_to_go():
    student = play(*(span(name, 0, end + 3) for name, end in MANY.items()), span("z", 0, 9))
    reference = play(*(span(name, 0, end) for name, end in MANY.items()), span("z", 0, 2, "cancelled"))
    mine, theirs = folded(*compared(student, reference), 4)

    assert labels(mine) == labels(theirs) == ["s0", "z"]
    assert mine.hidden == theirs.hidden == 5


def test_lanes_that_never_begin_take_one_row_together():
    mine, theirs = folded(*compared(together(s0=9), together(**MANY)), 3)

    assert labels(mine) == ["s0", "s1", "s2", "s3", "s4", "s5"]
    assert labels(theirs) == ["s0"]


@pytest.mark.parametrize("student", [play(span("s0", 0, 9)), one_after_the_other(**MANY)])
def test_what_is_left_of_a_picture_says_something_while_it_shows_what_differs(student):
    assert says_something(*folded(*compared(student, together(**MANY)), 4))
    assert not says_something(*folded(*compared(student, together(**MANY)), 0))


def test_what_is_left_of_two_long_lists_says_nothing():
    crowd = {f"s{number}": number + 1.0 for number in range(12)}
    longer = {name: seconds + 1 for name, seconds in crowd.items()}

    assert not says_something(*folded(*compared(together(**longer), together(**crowd)), 4))


@settings(max_examples=100, deadline=None)
@given(
    mine=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), min_size=1),
    theirs=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), min_size=1),
    serial=st.booleans(),
    rows=st.integers(0, 20),
)
def test_a_folded_picture_has_no_more_rows_than_asked_for_and_loses_no_lane(mine, theirs, serial, rows):
    student = one_after_the_other(**mine) if serial else together(**mine)
    before = compared(student, together(**theirs))
    after = folded(*before, rows)
    drawn = [lane for part in after for lane in part.lanes if lane.how is not How.NEVER]

    assert len(drawn) <= rows
    for old, new in zip(before, after, strict=True):
        assert len(new.lanes) + new.hidden + new.alike == len(old.lanes) + old.hidden
        for label in new.labels:
            assert label in [replace(one, lane=label.lane) for one in old.labels]
            assert (
                old.lanes[[one.label for one in old.lanes].index(new.lanes[label.lane].label)] == new.lanes[label.lane]
            )
    assert lanes_alike(*after)[0] <= lanes_alike(*before)[0]
