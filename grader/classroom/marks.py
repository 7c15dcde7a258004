"""What counts in the end: the attempt that stands, late days, overrides."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from grader.classroom.rules import ClassRules, Count, Late, Missing
from grader.gradebook import Attempt, Judged
from grader.verdict import Status, Verdict

DAY = timedelta(days=1)


class Standing(StrEnum):
    """What became of one exercise of one learner."""

    JUDGED = "judged"
    CANNOT_JUDGE = "cannot-judge"
    """The file is at fault."""
    NOT_JUDGED = "not-judged"
    """The grader or its machine is at fault, or the run did not come to it; no points are given or lost."""
    MISSING = "missing"
    """Nothing was handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The mark of one learner for one exercise. Points are exact; reports round them down."""

    learner: str
    exercise: str
    total: int
    """Points that can be had."""
    standing: Standing
    verdict: Verdict | None = None
    """The verdict that counts."""
    raw: float = 0.0
    """Points of that verdict."""
    deducted: float = 0.0
    """Points lost by being late."""
    days_late: int = 0
    override: str = ""
    """Why an instructor has set the points by hand; empty if they have not."""
    points: float | None = None
    """Points that go into the gradebook of the platform; None if there is nothing to say yet."""
    own_fault: bool = False
    """Whether it was not judged through a fault of the grader itself."""
    judged: Judged | None = None
    """The attempt that counts, as the gradebook has it."""


Skips = Callable[[Judged], bool]
"""Whether an attempt counts as not begun."""


def mark(
    learner: str, exercise: str, total: int, attempts: Iterable[Judged | Attempt], rules: ClassRules, *, skips: Skips
) -> Mark:
    """The mark of one learner for one exercise, from their attempts at it; ``verdict`` is left to be filled in.

    A file that cannot be judged has no points. One that was not judged has none to give or to lose, and neither has
    what is missing, unless the rules say zero.
    """
    bare = Mark(learner=learner, exercise=exercise, total=total, standing=Standing.MISSING)
    found = [one for one in attempts if not (isinstance(one, Judged) and skips(one))]
    latest = max(found, key=_age, default=None)
    if latest is None:
        counted = replace(bare, points=0.0 if rules.missing is Missing.ZERO else None)
    elif isinstance(latest, Attempt):  # handed in, and the run has not come to it
        counted = replace(bare, standing=Standing.NOT_JUDGED)
    elif rules.count is Count.BEST:
        counted = _best([_of_attempt(bare, one, rules) for one in found if isinstance(one, Judged)])
    else:
        counted = _of_attempt(bare, latest, rules)
    return _overridden(counted, rules)


def _of_attempt(bare: Mark, judged: Judged, rules: ClassRules) -> Mark:
    """What this attempt would be worth."""
    days = _days_late(judged.attempt, rules)
    filled = replace(bare, judged=judged, days_late=days, own_fault=judged.own_fault)
    if judged.status is Status.NOT_JUDGED:
        return replace(filled, standing=Standing.NOT_JUDGED)
    if judged.status is Status.CANNOT_JUDGE:
        return replace(filled, standing=Standing.CANNOT_JUDGE, points=0.0)
    deducted = _deducted(judged.points, bare.total, days, rules.late)
    return replace(
        filled, standing=Standing.JUDGED, raw=judged.points, deducted=deducted, points=judged.points - deducted
    )


def _best(marks: Sequence[Mark]) -> Mark:
    """The most points after what being late costs; of equals the latest."""

    def worth(mark: Mark) -> tuple[float, int, str]:
        assert mark.judged is not None
        return (-1.0 if mark.points is None else mark.points, *_age(mark.judged))

    return max(marks, key=worth)


def _age(one: Judged | Attempt) -> tuple[int, str]:
    attempt = one.attempt if isinstance(one, Judged) else one
    return attempt.run, attempt.submitted_at


def _overridden(mark: Mark, rules: ClassRules) -> Mark:
    """The mark with the points that an instructor has set; of several for one the last one counts."""
    for override in reversed(rules.overrides):
        if (override.learner, override.exercise) == (mark.learner, mark.exercise):
            return replace(mark, override=override.reason, points=override.points)
    return mark


# ---- being late ------------------------------------------------------------------------------------------------------


def _days_late(attempt: Attempt, rules: ClassRules) -> int:
    """Days that have begun since the deadline. A platform that says late and not when is believed for one day.

    Not for a learner who was given more time here, of which the platform knows nothing.
    """
    deadline = rules.deadline(attempt.learner, attempt.exercise)
    if deadline is None or not attempt.submitted_at:
        return 1 if attempt.late and attempt.learner not in rules.extensions else 0
    over = datetime.fromisoformat(attempt.submitted_at) - deadline
    return 0 if over <= rules.late.grace else math.ceil(over / DAY)


def _deducted(points: float, total: int, days: int, late: Late) -> float:
    """Points lost; never more than there are."""
    if late.max_days is not None and days > late.max_days:
        return points
    return min(points, total * late.per_day * days / 100)
