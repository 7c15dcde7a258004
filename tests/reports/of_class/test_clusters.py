"""Failing plays are grouped by the order in which their tasks begin, wait and end, and by nothing else."""

from __future__ import annotations

import pytest

from grader.judge.verdict import Failure
from grader.reports.of_class.clusters import MAX_SHAPES, clustered, in_words
from grader.reports.of_class.failures import misses
from grader.reports.views import timelines
from grader.wire.recording import Trace
from tests.results_samples import class_with, failing_with
from tests.samples import deadlock, failure, one_after_the_other, span, together, trace, turns


def shapes_of(*plays: Failure) -> list[int]:
    """The sizes of the clusters of these plays of one test."""
    results = class_with(*(failing_with(play) for play in plays))
    return [cluster.learners for one in clustered(misses(results)) for cluster in one.clusters]


def test_names_and_times_make_no_other_shape() -> None:
    one = failure(trace=one_after_the_other(a=3, b=2), reference=None)
    other = failure(trace=one_after_the_other(left=30, right=0.5), reference=None)

    assert shapes_of(one, other) == [2]


@pytest.mark.parametrize(
    "other",
    [
        together(a=3, b=2),
        one_after_the_other(a=3, b=2, c=1),
        trace(span("a", 0, 3, "raised"), span("b", 3, 5), elapsed=5),
        trace(span("a", 0, 3), span("b", 3, None), elapsed=5),
        turns(0, 1, 2, 1, 0),
    ],
    ids=["at the same time", "one more", "one raises", "one never ends", "in steps"],
)
def test_another_order_of_starts_and_ends_is_another_shape(other: Trace) -> None:
    plain = failure(trace=one_after_the_other(a=3, b=2), reference=None)
    changed = failure(trace=other, reference=None)

    assert sorted(shapes_of(plain, plain, plain, changed, changed)) == [2, 3]


def test_in_which_order_equal_tasks_are_listed_makes_no_other_shape() -> None:
    long_first = failure(trace=together(a=3, b=2), reference=None)
    short_first = failure(trace=together(a=2, b=3), reference=None)

    assert shapes_of(long_first, short_first) == [2]


def test_times_that_differ_by_rounding_alone_are_one_time() -> None:
    exact = failure(trace=trace(span("a", 0, 0.3), span("b", 0.3, 1), elapsed=1), reference=None)
    rounded = failure(trace=trace(span("a", 0, 0.1 + 0.2), span("b", 0.3, 1), elapsed=1), reference=None)

    assert shapes_of(exact, rounded) == [2]


def test_a_play_of_a_shape_of_its_own_is_counted_and_not_drawn() -> None:
    plain = failure(trace=one_after_the_other(a=3, b=2))
    results = class_with(failing_with(plain), failing_with(plain), failing_with(deadlock()))
    (one,) = clustered(misses(results))

    assert [cluster.learners for cluster in one.clusters] == [2]
    assert one.others == "and 1 other learner in 1 other shape"


def test_only_the_most_frequent_shapes_are_drawn() -> None:
    plays = [failure(trace=one_after_the_other(**{f"n{n}": 1.0 for n in range(size)})) for size in range(2, 8)] * 2
    assert shapes_of(*plays) == [2] * MAX_SHAPES


def test_lanes_have_the_references_names_and_no_others() -> None:
    play = failure(trace=one_after_the_other(a=3, ada_lovelace=2), reference=together(a=3, b=2))
    results = class_with(failing_with(play), failing_with(play))
    (one,) = clustered(misses(results))

    assert [row.label for row in one.clusters[0].chart.rows] == ["a", "task 2", "b"]
    assert one.clusters[0].chart.rows[2].ending == "… never starts"
    assert one.reference is not None
    assert [row.label for row in one.reference.rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("play", "words"),
    [
        (failure(trace=one_after_the_other(a=3, b=2)), "2 tasks, one after the other"),
        (failure(trace=together(a=3, b=1)), "2 tasks, at the same time"),
        (failure(trace=trace(span("a", 0, 3, "raised"), elapsed=3), reference=None), "1 task, 1 raises"),
        (failure(trace=trace(span("a", 0, 3), elapsed=3)), "2 tasks, 1 never starts"),
        (deadlock(reference=None), "2 tasks, at the same time, 2 never end"),
    ],
)
def test_a_shape_is_said_in_words(play: Failure, words: str) -> None:
    drawn = timelines(play)

    assert drawn is not None
    assert in_words(drawn[0]) == words


def test_a_play_without_a_picture_has_no_shape() -> None:
    assert shapes_of(*[failure(trace=None)] * 3) == []
