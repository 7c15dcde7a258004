"""The lists of the class report: what could not be judged, what to look at, what is left over, what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from grader.classroom.found import LeftOver
from grader.classroom.intake import Intake
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.policy.submission import Fault
from grader.reports.excerpts import Excerpt, excerpt_of_fault, place
from grader.reports.of_class.figures import CellState, LearnerLink, States, handed_in, key_of
from grader.reports.views import reasons_not_judged
from grader.rounding import number_said
from grader.text import clean_line

Item = TypeVar("Item")
Row = TypeVar("Row")

MAX_ROWS = 300
"""Rows of one list. The page says how many more there are; ``results.jsonl`` has them."""
HAS_VERDICT = (Standing.JUDGED, Standing.CANNOT_JUDGE)
MAX_PLACE = 120
MAX_SENTENCE = 300
MAX_SOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A fault of one file, or a line of it to look at."""

    learner: LearnerLink
    exercise: str
    place: str
    error: str
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """One exercise of one learner that was not judged through no fault of theirs."""

    learner: LearnerLink
    exercise: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRow:
    """A file that answers no exercise, or a learner whom the roster does not clearly have."""

    what: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A mark that is not what the verdict says."""

    learner: LearnerLink
    exercise: str
    why: str
    raw: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped(Generic[Row]):
    """The first MAX_ROWS rows of a list, and the number of all."""

    rows: tuple[Row, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Everything that an instructor has to see to. ``absent`` are the learners who handed in nothing at all."""

    not_gradable: Capped[FaultRow]
    not_judged: Capped[ReasonRow]
    look: Capped[FaultRow]
    left: Capped[LeftRow]
    changed: Capped[ChangeRow]
    moved: Capped[str]
    absent: Capped[LearnerLink]


def lists(results: ClassResults, states: States, links: Mapping[str, LearnerLink]) -> Lists:
    """Gather what an instructor has to see to."""
    by_state = {state: [mark for mark in results.marks if states[key_of(mark)] is state] for state in CellState}
    look = [(mark, fault) for mark in results.marks if mark.verdict for fault in mark.verdict.look]
    changed = [mark for mark in results.marks if mark.override or mark.days_late]
    absent = [key for key, marks in results.by_learner.items() if not handed_in(marks)]

    return Lists(
        not_gradable=_capped(by_state[CellState.FAULT], lambda mark: _not_gradable(mark, links)),
        not_judged=_capped(by_state[CellState.NOT_JUDGED], lambda mark: _not_judged(mark, links)),
        look=_capped(look, lambda mark_and_fault: _fault(*mark_and_fault, links)),
        left=_capped(_left(results.intake), lambda pair: _left_row(*pair)),
        changed=_capped(changed, lambda mark: _change(mark, links)),
        moved=_capped(results.moved, lambda sentence: clean_line(sentence, MAX_SENTENCE)),
        absent=_capped(absent, lambda key: links[key]),
    )


def _capped(items: Sequence[Item], row: Callable[[Item], Row]) -> Capped[Row]:
    return Capped(rows=tuple(map(row, items[:MAX_ROWS])), count=len(items))


def _not_gradable(mark: Mark, links: Mapping[str, LearnerLink]) -> FaultRow:
    faults: Iterable[Fault] = mark.verdict.faults if mark.verdict is not None else ()
    unknown = Fault(kind="not-a-file", error="the file cannot be judged", help="look at it")
    return _fault(mark, next(iter(faults), unknown), links)


def _fault(mark: Mark, fault: Fault, links: Mapping[str, LearnerLink]) -> FaultRow:
    file = mark.verdict.file if mark.verdict is not None else mark.exercise
    # The line is cut before its place, never the place: ``.../join.py:12`` is what an instructor opens.
    shown = clean_line(file[-MAX_PLACE:], MAX_PLACE)
    return FaultRow(
        learner=links[mark.learner],
        exercise=mark.exercise,
        place=place(shown, fault.line),
        error=clean_line(fault.error, MAX_SENTENCE),
        excerpt=_cut(excerpt_of_fault(fault)) if fault.text.strip() else None,
    )


def _cut(excerpt: Excerpt) -> Excerpt:
    """Keep the end of what comes before the mark, and the beginning of the rest."""
    before = excerpt.before if excerpt.marked else excerpt.before[:MAX_SOURCE]
    return Excerpt(
        before=clean_line(before.lstrip()[-MAX_SOURCE:], MAX_SOURCE),
        marked=clean_line(excerpt.marked, MAX_SOURCE),
        after=clean_line(excerpt.after, MAX_SOURCE),
    )


def _not_judged(mark: Mark, links: Mapping[str, LearnerLink]) -> ReasonRow:
    reasons = reasons_not_judged(mark.verdict) if mark.verdict is not None else ()
    reason = "; ".join(reasons[:3]) or "the run ended before it was judged"
    return ReasonRow(learner=links[mark.learner], exercise=mark.exercise, reason=clean_line(reason, MAX_SENTENCE))


def _left(intake: Intake) -> list[tuple[str, LeftOver]]:
    groups = (("not matched", intake.unmatched), ("refused", intake.refused), ("not on the roster", intake.strangers))
    return [(what, file) for what, files in groups for file in files]


def _left_row(what: str, file: LeftOver) -> LeftRow:
    shown = clean_line(file.shown[-MAX_PLACE:], MAX_PLACE)
    return LeftRow(what=what, place=shown, reason=clean_line(file.reason, MAX_SENTENCE))


def _change(mark: Mark, links: Mapping[str, LearnerLink]) -> ChangeRow:
    cost = number_said(mark.deducted) if mark.deducted else "no"
    late = f"{mark.days_late} d late, {cost} points less" if mark.days_late else ""
    by_hand = f"set by hand: {clean_line(mark.override, MAX_SENTENCE)}" if mark.override else ""
    return ChangeRow(
        learner=links[mark.learner],
        exercise=mark.exercise,
        why="; ".join(part for part in (by_hand, late) if part),
        raw=number_said(mark.raw) if mark.standing in HAS_VERDICT else "–",
        points="–" if mark.points is None else number_said(mark.points),
    )
