"""The figures of a class that several reports give, worked out in this one place so that no two of them disagree."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.marks import Mark, Standing
from grader.classroom.results import ClassResults
from grader.verdict import Status

MEAN_OF = "mean and median are of the judged files, after what being late costs"
"""What every report that gives them says beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One exercise in numbers. ``judged``, ``not_gradable``, ``not_judged`` and ``missing`` add up to the class.

    ``complete`` are the judged files that pass every test. ``mean`` and ``median`` are of the points of the judged
    files, None if there are none: who handed nothing in says something about the deadline, and a syntax error little
    about the exercise. ``total`` are the points that can be had.
    """

    id: str
    title: str
    judged: int
    not_gradable: int
    not_judged: int
    missing: int
    complete: int
    mean: float | None
    median: float | None
    total: int


def figures(results: ClassResults) -> tuple[Figures, ...]:
    """Return the exercises of a class in numbers."""
    by_exercise: dict[str, list[Mark]] = {id: [] for id in results.exercises}
    for mark in results.marks:
        by_exercise[mark.exercise].append(mark)
    return tuple(_figures(id, results.kit.exercise(id).title, marks) for id, marks in by_exercise.items())


def _figures(id: str, title: str, marks: Sequence[Mark]) -> Figures:
    judged = [mark for mark in marks if mark.standing is Standing.JUDGED]
    points = [mark.points for mark in judged if mark.points is not None]
    return Figures(
        id=id,
        title=title,
        judged=len(judged),
        not_gradable=count(marks, Standing.CANNOT_JUDGE),
        not_judged=count(marks, Standing.NOT_JUDGED),
        missing=count(marks, Standing.MISSING),
        complete=sum(map(passes, judged)),
        mean=statistics.fmean(points) if points else None,
        median=statistics.median(points) if points else None,
        total=max((mark.total for mark in marks), default=100),
    )


def count(marks: Iterable[Mark], *standings: Standing) -> int:
    """Count the marks of these standings."""
    return sum(mark.standing in standings for mark in marks)


def passes(mark: Mark) -> bool:
    """Whether the file that counts was judged and passes every test, whatever being late costs."""
    if mark.standing is not Standing.JUDGED:
        return False
    if mark.verdict is not None:
        return mark.verdict.status is Status.PASS
    return mark.judged is not None and mark.judged.status is Status.PASS


def total_of(marks: Iterable[Mark]) -> float | None:
    """Add up the points of one learner; None where a number would look final and is not.

    That is where something was not judged through no fault of the learner, and where there are no points at all.
    What was not handed in counts nothing.
    """
    points = []
    for mark in marks:
        if mark.points is not None:
            points.append(mark.points)
        elif mark.standing is Standing.NOT_JUDGED:
            return None
    return sum(points) if points else None


def percent(marks: Iterable[Mark]) -> float | None:
    """Points reached of all that could be had in what was handed in and handled; None if nothing was judged.

    A file that cannot be judged counts as nought, and one that was not judged through no fault of the learner not at
    all.
    """
    counting = [mark for mark in marks if mark.standing in (Standing.JUDGED, Standing.CANNOT_JUDGE)]
    total = sum(mark.total for mark in counting)
    if not total or not count(counting, Standing.JUDGED):
        return None
    return 100 * sum(mark.points or 0.0 for mark in counting) / total


def one_place(number: float) -> str:
    """Write a number with one decimal place, rounded down so that 99.96 never looks complete."""
    return f"{math.floor(number * 10 + 1e-9) / 10:.1f}"
