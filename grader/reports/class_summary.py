"""What the class report says of the class as a whole: its figures, its exercises, and how the points are spread."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from grader.classroom.results import ClassResults
from grader.reports.class_figures import Figures, figures, one_place, total_of
from grader.reports.class_views import State, States, handed_in, key_of, percent
from grader.reports.words import counted

BINS = 11
"""Tenths of the points, and a bin of its own for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRow:
    """How the class does in one exercise, in words. ``share`` is the share of the judged files that pass, for a bar."""

    id: str
    title: str
    counts: tuple[tuple[State, int], ...]
    judged: int
    share: str
    mean: str
    median: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One bin of the distribution; ``x``, ``y``, ``width`` and ``height`` are per cent, as text."""

    label: str
    learners: int
    x: str
    y: str
    width: str
    height: str
    said: str


def headline(results: ClassResults, states: States) -> str:
    """Say in one sentence how the class stands."""
    counts = Counter(states.values())
    judged = counts[State.PASS] + counts[State.FAIL]
    active = sum(handed_in(marks) for marks in results.by_learner.values())
    if not judged:
        return f"Nothing was judged; {active} of {counted(len(results.learners), 'learner')} handed something in."
    passed = f"{counts[State.PASS]} of {counted(judged, 'judged file')} pass every test."
    return f"{active} of {counted(len(results.learners), 'learner')} handed something in; {passed}"


def facts(results: ClassResults, states: States) -> tuple[tuple[str, str], ...]:
    """Return the figures at the top, each with what it counts."""
    counts = Counter(states.values())
    rows = results.by_learner.values()
    # A verdict says pass or fail only after looking at every test: that is done once, for the whole page.
    complete = sum(bool(row) and all(states[key_of(mark)] is State.PASS for mark in row) for row in rows)
    looks = sum(bool(mark.verdict and mark.verdict.look) for mark in results.marks)
    found = (
        (len(rows), "in the class"),
        (sum(handed_in(row) for row in rows), "handed something in"),
        (complete, "pass everything"),
        (counts[State.PASS] + counts[State.FAIL], "files judged"),
        (counts[State.FAULT], "not gradable"),
        (counts[State.NOT_JUDGED], "not judged"),
        (looks, "please look"),
    )
    return tuple((f"{number:,}", what) for number, what in found)


def exercise_rows(results: ClassResults) -> tuple[ExerciseRow, ...]:
    """Return how the class does in each exercise."""
    return tuple(map(_exercise_row, figures(results)))


def _exercise_row(row: Figures) -> ExerciseRow:
    counts = {
        State.PASS: row.complete,
        State.FAIL: row.judged - row.complete,
        State.FAULT: row.not_gradable,
        State.NOT_JUDGED: row.not_judged,
        State.MISSING: row.missing,
    }
    return ExerciseRow(
        id=row.id,
        title=row.title,
        counts=tuple((state, counts[state]) for state in State),
        judged=row.judged,
        share=percent(row.complete, row.judged),
        mean=_number(row.mean),
        median=_number(row.median),
        total=row.total,
    )


def _number(number: float | None) -> str:
    return "–" if number is None else one_place(number).removesuffix(".0")


def distribution(results: ClassResults) -> tuple[Column, ...]:
    """Count the learners who handed something in, and of whom everything was judged, by their share of all points."""
    bins = [0] * BINS
    for marks in results.by_learner.values():
        points = total_of(marks)
        if handed_in(marks) and points is not None:
            total = sum(mark.total for mark in marks) or 1
            share = 100 * points / total
            bins[min(max(math.floor(share + 1e-9) // 10, 0), BINS - 1)] += 1
    most = max(*bins, 1)
    return tuple(_column(number, learners, most) for number, learners in enumerate(bins))


def _column(number: int, learners: int, most: int) -> Column:
    last = number == BINS - 1
    range_said = "all points" if last else f"{number * 10} to {number * 10 + 9} per cent"
    height = 100 * learners / most
    width = 100 / BINS
    return Column(
        label="all" if last else str(number * 10),
        learners=learners,
        x=f"{(number + 0.06) * width:.2f}%",
        y=f"{100 - height:.1f}%",
        width=f"{width * 0.88:.2f}%",
        height=f"{height:.1f}%",
        said=f"{range_said}: {counted(learners, 'learner')}",
    )
