"""Who needs help, why, and what to say to each: the list with which the page of a class begins.

A learner needs help who is stuck: who handed in an answer that has less than half of its points before what being late
costs, or a file that cannot be judged, or who has fallen behind. A learner has fallen behind who lacks ``BEHIND`` or
more of the exercises that half of the class has handed in; one alone may be on its way. Points that an instructor has
set by hand have the last word on an answer. ``lists`` names those who handed in nothing at all: there is one thing to
say to all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.history import History
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.kit.kit import Kit
from grader.reports.of_class.figures import MAX_NAME, LearnerLink, handed_in, section_places
from grader.reports.views import is_untouched, main_finding
from grader.text import clean_line, counted, joined

BEHIND = 2
"""Exercises that half of the class has handed in and a learner has not, from which on the learner has fallen behind."""
MAX_SAID = 300
STUB_SAID = "The file is the stub as it was. Ask whether this was the file to hand in, and which line is hard to begin."


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """One learner who needs help.

    ``why`` are the reasons, each with its exercises. ``say`` is about ``exercise``, the first in which the learner is
    stuck, and is a sentence of a kit in which backticks mean code.
    """

    learner: LearnerLink
    why: tuple[str, ...]
    exercise: str
    say: str
    tried: str
    exercises: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRow:
    """One section of the class in numbers; ``stuck`` are those who handed something in and need help."""

    name: str
    learners: int
    handed_in: int
    stuck: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Those who handed something in and need help, those with most exercises first; those who did not are elsewhere."""

    rows: tuple[NeedRow, ...]
    sections: tuple[SectionRow, ...]


def needs(results: ClassResults, links: Mapping[str, LearnerLink]) -> Needs:
    """Find out who needs help."""
    expected = _expected(results)
    rows = [
        row
        for key, marks in results.by_learner.items()
        if handed_in(marks) and (row := _row(results, links[key], marks, expected)) is not None
    ]
    return Needs(
        rows=tuple(sorted(rows, key=lambda row: -len(row.exercises))),
        sections=_sections(results, rows),
    )


def _expected(results: ClassResults) -> frozenset[str]:
    """Return the exercises that at least half of those who handed anything in have handed in."""
    active = [marks for marks in results.by_learner.values() if handed_in(marks)]
    there = [mark.exercise for marks in active for mark in marks if mark.standing is not Standing.MISSING]
    return frozenset(id for id in results.exercises if active and 2 * there.count(id) >= len(active))


# ---- one learner -----------------------------------------------------------------------------------------------------


def _row(
    results: ClassResults,
    learner: LearnerLink,
    marks: Sequence[Mark],
    expected: frozenset[str],
) -> NeedRow | None:
    low = [mark.exercise for mark in marks if _is_low(mark)]
    broken = [mark.exercise for mark in marks if mark.standing is Standing.CANNOT_JUDGE and not mark.override]
    missing = [mark.exercise for mark in marks if mark.exercise in expected and _is_missing(mark)]
    behind = missing if len(missing) >= BEHIND else []
    stuck = [mark for mark in marks if mark.exercise in (*low, *broken, *behind)]
    if not stuck:
        return None
    first = next((mark for mark in stuck if mark.exercise not in behind), stuck[0])
    reasons = {"under half": low, "not gradable": broken, "missing": behind}
    return NeedRow(
        learner=learner,
        why=tuple(f"{joined(ids)} {why}" for why, ids in reasons.items() if ids),
        exercise=first.exercise,
        say=clean_line(_say(results.kit, marks, first), MAX_SAID),
        tried=_tried(results.histories.get((first.learner, first.exercise))),
        exercises=tuple(mark.exercise for mark in stuck),
    )


def _is_low(mark: Mark) -> bool:
    if mark.override:
        return mark.points is not None and mark.points < mark.total / 2
    return mark.standing is Standing.JUDGED and mark.raw < mark.total / 2


def _is_missing(mark: Mark) -> bool:
    return mark.standing is Standing.MISSING and not mark.override


def _say(kit: Kit, marks: Sequence[Mark], mark: Mark) -> str:
    if mark.standing is Standing.MISSING:
        return _say_behind(kit, marks, mark)
    verdict = mark.verdict
    if verdict is None:
        return "Ask how far the answer is."
    if verdict.faults:
        fault = verdict.faults[0]
        return STUB_SAID if is_untouched(verdict) else f"{_sentence(fault.error)} {_sentence(fault.help)}".strip()
    finding = main_finding(verdict)
    if finding is None:
        return "The points were set by hand; the reason is in the list of marks that are not what the verdict says."
    diagnosis = kit.diagnoses.get(finding.failure.diagnosis)
    if diagnosis is None:  # an old verdict, and a kit that has forgotten the diagnosis
        return _sentence(finding.test.label)
    question = f" Ask: {diagnosis.hints[0]}" if diagnosis.hints else ""
    return f"{_sentence(diagnosis.sentence)}{question}"


def _say_behind(kit: Kit, marks: Sequence[Mark], mark: Mark) -> str:
    title = kit.exercise(mark.exercise).title
    last = [other.exercise for other in marks if other.standing is not Standing.MISSING]
    return f"The last hand-in is {last[-1]}. Ask what has come up since, and begin {mark.exercise}, {title}, together."


def _sentence(words: str) -> str:
    """Make a sentence of words that begin in lower case and end without a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def _tried(history: History | None) -> str:
    if history is None or history.hand_ins < 2:
        return ""
    passed = f", full marks at number {history.until_full}" if history.until_full else ", none with full marks"
    return f"{counted(history.hand_ins, 'attempt')}{passed}"


# ---- sections --------------------------------------------------------------------------------------------------------


def _sections(results: ClassResults, rows: Sequence[NeedRow]) -> tuple[SectionRow, ...]:
    return tuple(_section(results, rows, name, place) for name, place in section_places(results).items())


def _section(results: ClassResults, rows: Sequence[NeedRow], name: str, place: int) -> SectionRow:
    keys = [learner.key for learner in results.intake.learners if learner.section == name]
    return SectionRow(
        name=clean_line(name, MAX_NAME),
        learners=len(keys),
        handed_in=sum(handed_in(results.by_learner[key]) for key in keys),
        stuck=sum(row.learner.section == place for row in rows),
    )
