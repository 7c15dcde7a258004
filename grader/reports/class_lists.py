"""The lists of the class report: what could not be judged, what to look at, what is left over, what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.classroom.intake import Intake
from grader.classroom.marks import Mark, Standing
from grader.classroom.results import ClassResults
from grader.reports.class_views import Person, State, States, key_of
from grader.reports.clean import clean_line
from grader.reports.views import Excerpt, excerpt_of_fault, place, reasons_not_judged, whole_points
from grader.submission import Fault

MAX_ROWS = 300
"""Rows of one list. ``results.jsonl`` has the rest, and the page says how many."""
HAS_VERDICT = (Standing.JUDGED, Standing.CANNOT_JUDGE)
MAX_PLACE = 120
MAX_SENTENCE = 300
MAX_SOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """One remark about one file, with the line it is about."""

    person: Person
    exercise: str
    place: str
    error: str
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """One exercise of one learner that was not judged through no fault of theirs."""

    person: Person
    exercise: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRow:
    """A file that is nobody's answer, or somebody whom the roster does not clearly have."""

    what: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A mark that is not what the verdict says."""

    person: Person
    exercise: str
    why: str
    raw: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """All lists, each with at most MAX_ROWS rows and the number of all of them."""

    not_gradable: tuple[FaultRow, ...]
    not_gradable_count: int
    not_judged: tuple[ReasonRow, ...]
    not_judged_count: int
    look: tuple[FaultRow, ...]
    look_count: int
    left: tuple[LeftRow, ...]
    left_count: int
    changed: tuple[ChangeRow, ...]
    changed_count: int
    moved: tuple[str, ...]
    moved_count: int
    absent: tuple[Person, ...]
    """Learners who handed in nothing at all."""
    absent_count: int


def lists(results: ClassResults, states: States, who: Mapping[str, Person]) -> Lists:
    """Gather what an instructor has to see to."""
    not_gradable = [mark for mark in results.marks if states[key_of(mark)] is State.FAULT]
    not_judged = [mark for mark in results.marks if states[key_of(mark)] is State.NOT_JUDGED]
    look = [(mark, fault) for mark in results.marks if mark.verdict for fault in mark.verdict.look]
    left = tuple(_left(results.intake))
    changed = [mark for mark in results.marks if mark.override or mark.days_late or mark.deducted]
    rows = results.by_learner.items()
    absent = [who[key] for key, marks in rows if all(mark.standing is Standing.MISSING for mark in marks)]

    return Lists(
        not_gradable=tuple(_not_gradable(mark, who) for mark in not_gradable[:MAX_ROWS]),
        not_gradable_count=len(not_gradable),
        not_judged=tuple(_not_judged(mark, who) for mark in not_judged[:MAX_ROWS]),
        not_judged_count=len(not_judged),
        look=tuple(_fault(mark, fault, who) for mark, fault in look[:MAX_ROWS]),
        look_count=len(look),
        left=left[:MAX_ROWS],
        left_count=len(left),
        changed=tuple(_change(mark, who) for mark in changed[:MAX_ROWS]),
        changed_count=len(changed),
        moved=tuple(clean_line(sentence, MAX_SENTENCE) for sentence in results.moved[:MAX_ROWS]),
        moved_count=len(results.moved),
        absent=tuple(absent[:MAX_ROWS]),
        absent_count=len(absent),
    )


def _not_gradable(mark: Mark, who: Mapping[str, Person]) -> FaultRow:
    faults: Iterable[Fault] = mark.verdict.faults if mark.verdict is not None else ()
    unknown = Fault(kind="not-a-file", error="the file cannot be judged", help="look at it")
    return _fault(mark, next(iter(faults), unknown), who)


def _fault(mark: Mark, fault: Fault, who: Mapping[str, Person]) -> FaultRow:
    file = mark.verdict.file if mark.verdict is not None else mark.exercise
    # The line is cut before its place, never the place: ``.../join.py:12`` is what an instructor opens.
    shown = clean_line(file[-MAX_PLACE:], MAX_PLACE)
    return FaultRow(
        person=who[mark.learner],
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


def _not_judged(mark: Mark, who: Mapping[str, Person]) -> ReasonRow:
    reasons = reasons_not_judged(mark.verdict) if mark.verdict is not None else ()
    said = "; ".join(reasons[:3]) or "the run did not come to it"
    return ReasonRow(person=who[mark.learner], exercise=mark.exercise, reason=clean_line(said, MAX_SENTENCE))


def _left(intake: Intake) -> Iterator[LeftRow]:
    groups = (("not matched", intake.unmatched), ("refused", intake.refused), ("not on the roster", intake.strangers))
    for what, files in groups:
        for file in files:
            shown = clean_line(file.shown[-MAX_PLACE:], MAX_PLACE)
            yield LeftRow(what=what, place=shown, reason=clean_line(file.reason, MAX_SENTENCE))


def _change(mark: Mark, who: Mapping[str, Person]) -> ChangeRow:
    late = f"{mark.days_late} d late, {whole_points(mark.deducted)} points less" if mark.days_late else ""
    if not mark.deducted:
        late = f"{mark.days_late} d late, no points less" if mark.days_late else ""
    by_hand = f"set by hand: {clean_line(mark.override, MAX_SENTENCE)}" if mark.override else ""
    return ChangeRow(
        person=who[mark.learner],
        exercise=mark.exercise,
        why="; ".join(part for part in (by_hand, late) if part) or f"{whole_points(mark.deducted)} points less",
        raw=str(whole_points(mark.raw)) if mark.standing in HAS_VERDICT else "–",
        points="–" if mark.points is None else str(whole_points(mark.points)),
    )
