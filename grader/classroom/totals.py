"""What the marks of one learner make together: which of them count, how often, and the total.

``weighed`` writes into every mark what it is worth, and ``total_of`` adds up. No report adds up for itself, so that the
page of the class, a learner's page, ``grades.csv`` and the columns of a platform have the same total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.classroom.marks import Mark, Standing
from grader.classroom.weighing import Weighing
from grader.rounding import exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A learner's points in all exercises that count, each as often as its weight says. Numbers are exact."""

    points: Fraction | None
    """None where a number would look final and is not: where something was not judged through no fault of the learner,
    and where there are no points at all. What was not handed in adds nothing."""
    possible: Fraction
    """The points that could be had; extra credit is not among them."""
    final: bool
    """Whether every mark that counts has points."""


def weighed(marks: Iterable[Mark], weighing: Weighing) -> tuple[Mark, ...]:
    """Say of every mark what it is worth in the total of its learner; the order stays."""
    marks_of_learner: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        weight, extra = weighing.weight(mark.exercise), mark.exercise in weighing.extra
        marks_of_learner[mark.learner].append(replace(mark, weight=weight, extra=extra))
    return tuple(mark for row in marks_of_learner.values() for mark in _without_dropped(row, weighing))


def total_of(marks: Iterable[Mark]) -> Total:
    """Add up the weighed marks of one learner."""
    counting = [mark for mark in marks if not mark.dropped and mark.weight]
    known = [exact(mark.weight) * exact(mark.points) for mark in counting if mark.points is not None]
    is_open = any(mark.points is None and mark.standing is Standing.NOT_JUDGED for mark in counting)
    return Total(
        points=sum(known, Fraction()) if known and not is_open else None,
        possible=sum((exact(mark.weight) * mark.total for mark in counting if not mark.extra), Fraction()),
        final=len(known) == len(counting),
    )


def is_weighed(marks: Iterable[Mark]) -> bool:
    """Whether the total of any learner is more than the sum of the marks."""
    return any(mark.dropped or mark.extra or mark.weight != 1 for mark in marks)


def _without_dropped(marks: Sequence[Mark], weighing: Weighing) -> Sequence[Mark]:
    """Mark as dropped those that are not among the best.

    A mark is the better the larger its share of the points that can be had is. Of equal ones the heavier is kept, and
    then the earlier. What was not handed in counts as nought here; what was not judged yet is not dropped, because it
    may be the best of all.
    """
    candidates = [mark for mark in marks if not mark.extra and mark.weight]
    best = sorted(candidates, key=_merit, reverse=True)[: weighing.counting(len(candidates))]
    kept = {mark.exercise for mark in best}
    dropped = {mark.exercise for mark in candidates} - kept
    return [replace(mark, dropped=mark.exercise in dropped) for mark in marks]


def _merit(mark: Mark) -> tuple[bool, Fraction, float]:
    not_judged = mark.points is None and mark.standing is Standing.NOT_JUDGED
    return not_judged, exact(mark.points or 0.0) / max(mark.total, 1), mark.weight
