"""Says which marks another run of the same class has moved, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from grader.classroom.marks import Mark
from grader.conditions import Conditions
from grader.gradebook import Standing


def moved(before: Mapping[tuple[str, str], Standing], marks: Iterable[Mark], names: Mapping[str, str]) -> Iterator[str]:
    """One sentence for every mark whose points, before anything is deducted, are others than in the last run."""
    for mark in marks:
        then = before.get((mark.learner, mark.exercise))
        if then is None or mark.judged is None or then.points == mark.raw:
            continue
        cause = _cause(then, mark.judged.attempt.key, mark.judged.conditions)
        name = names.get(mark.learner, mark.learner)
        yield f"{name}, {mark.exercise}: {_points(then.points)} -> {_points(mark.raw)} points; {cause}"


def _cause(then: Standing, key: str, now: Conditions) -> str:
    if then.key != key:
        return "another file"
    if then.conditions.kit != now.kit:
        return "the exercise has changed"
    if then.conditions.versions != now.versions:
        return f"other versions: {then.conditions.versions} -> {now.versions}"
    if then.conditions.schedules != now.schedules:
        return f"{now.schedules} schedules instead of {then.conditions.schedules}"
    return "nothing has changed, so what this program does depends on chance or on real time"


def _points(points: float) -> str:
    return f"{points:g}" if points == round(points, 2) else f"{points:.2f}"
