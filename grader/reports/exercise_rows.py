"""The table at the top of a learner's page: a row for each exercise, from the last verdicts or from the gradebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.judge.verdict import Status, Verdict
from grader.reports import views
from grader.reports.marked import Marked, MarkedExercise
from grader.reports.views import ExerciseProgress, ExerciseState
from grader.rounding import number_said

NOT_STARTED = "new"
"""How a stub looks, which is no failure."""
NOT_HANDED_IN = "Not handed in"
STATE_GLYPHS = {
    ExerciseState.NEW: "·",
    ExerciseState.FAULTY: "!",
    ExerciseState.FAILING: "✗",
    ExerciseState.COMPLETE: "✓",
}
STATE_LOOKS = {
    ExerciseState.NEW: NOT_STARTED,
    ExerciseState.FAULTY: Status.CANNOT_JUDGE.value,
    ExerciseState.FAILING: Status.FAIL.value,
    ExerciseState.COMPLETE: Status.PASS.value,
}
STATUS_GLYPHS = {Status.PASS: "✓", Status.FAIL: "✗", Status.CANNOT_JUDGE: "✗", Status.NOT_JUDGED: "–"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRow:
    """One exercise in the table at the top; ``href`` leads to its section, ``lesson`` to its lesson, if it has one."""

    id: str
    title: str
    look: str
    glyph: str
    word: str
    points: str
    share: str
    href: str
    lesson: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedRow:
    """One exercise in the table of marks; ``href`` leads to its section, and is empty if nothing was handed in."""

    marked: MarkedExercise
    look: str
    glyph: str
    word: str
    href: str


def overview(verdicts: Sequence[Verdict], progress: Sequence[ExerciseProgress], course: str) -> Iterator[OverviewRow]:
    """One row for each exercise of the kit, or for each verdict where the progress is unknown; none for one alone.

    ``course`` is the way to the folder of the lessons, with a slash at its end, or empty.
    """
    by_exercise = {verdict.exercise: verdict for verdict in verdicts}
    if not progress and len(verdicts) > 1:
        yield from (_row_of_verdict(verdict) for verdict in verdicts)
    elif len(progress) > 1:
        yield from (_row(entry, by_exercise.get(entry.id), course) for entry in progress)


def _row_of_verdict(verdict: Verdict) -> OverviewRow:
    return OverviewRow(
        id=verdict.exercise,
        title=verdict.title,
        look=look(verdict),
        glyph=glyph(verdict),
        word=word(verdict),
        points=views.points_said(verdict) if verdict.tests else "",
        share=share(verdict.points, verdict.total),
        href=f"#{verdict.exercise}",
        lesson="",
    )


def _row(entry: ExerciseProgress, verdict: Verdict | None, course: str) -> OverviewRow:
    return OverviewRow(
        id=entry.id,
        title=entry.title,
        look=STATE_LOOKS[entry.state],
        glyph=STATE_GLYPHS[entry.state],
        word=entry.state.value.capitalize(),
        points=best_points(entry),
        share=share(entry.points, entry.total),
        href=f"#{entry.id}" if verdict is not None else "",
        lesson=f"{course}{entry.id}.html" if course else "",
    )


def marked_rows(verdicts: Sequence[Verdict], marked: Marked) -> Iterator[MarkedRow]:
    """One row for each exercise that an instructor's gradebook has a mark of."""
    by_exercise = {verdict.exercise: verdict for verdict in verdicts}
    for exercise in marked.exercises:
        verdict = by_exercise.get(exercise.id)
        yield MarkedRow(
            marked=exercise,
            look=NOT_STARTED if verdict is None else look(verdict),
            glyph=STATE_GLYPHS[ExerciseState.NEW] if verdict is None else glyph(verdict),
            word=NOT_HANDED_IN if verdict is None else word(verdict),
            href="" if verdict is None else f"#{exercise.id}",
        )


def best_points(entry: ExerciseProgress) -> str:
    """The points of the best attempt in words; empty where none was judged."""
    tried_it = entry.state in (ExerciseState.FAILING, ExerciseState.COMPLETE)
    return f"{number_said(entry.points)} of {entry.total} points" if tried_it else ""


def share(points: float, total: int) -> str:
    """How far a bar is filled."""
    return f"{min(100, 100 * points / max(total, 1)):g}%"


def look(verdict: Verdict) -> str:
    """The class of a verdict in the style; a stub is no failure."""
    return NOT_STARTED if views.is_untouched(verdict) else verdict.status.value


def glyph(verdict: Verdict) -> str:
    """The sign of a verdict."""
    return STATE_GLYPHS[ExerciseState.NEW] if views.is_untouched(verdict) else STATUS_GLYPHS[verdict.status]


def word(verdict: Verdict) -> str:
    """The word of a verdict."""
    return views.status_said(verdict).capitalize()
