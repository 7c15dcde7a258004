"""What a report says about a verdict, before any report says it: findings, notes, points and reasons.

Knows no colours, no HTML and no width. Text of a learner's program is passed on as it came; ``clean`` is applied where
it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.judge.verdict import BackendResult, Failure, Outcome, PassedRemark, Status, TestResult, Verdict
from grader.policy.submission import Fault
from grader.reports.timeline import Axis, Timeline, as_at_verdict, side_by_side
from grader.text import counted, joined, tests_named, whole_points

STATUS_WORDS = {
    Status.PASS: "PASS",
    Status.FAIL: "FAIL",
    Status.CANNOT_JUDGE: "CANNOT BE JUDGED",
    Status.NOT_JUDGED: "NOT JUDGED",
}
OUTCOME_WORDS = {Outcome.PASS: "pass", Outcome.FAIL: "FAIL", Outcome.NOT_JUDGED: "not judged"}
MAX_NUMBERS = 4
"""Tests that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One test that failed, on the backends on which it failed for the same reason."""

    test: TestResult
    backends: tuple[str, ...]
    failure: Failure
    also: tuple[int, ...] = ()
    """Numbers of the other tests with the same diagnosis."""

    @property
    def where(self) -> str:
        return joined(self.backends)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRemark:
    """Something worth saying about tests that passed. It costs no points."""

    kind: str
    """The slug of a diagnosis."""
    text: str
    line: int | None
    source: str
    tests: tuple[int, ...]
    """Numbers of the tests in which it was seen."""


class ExerciseState(StrEnum):
    """How far a learner is with one exercise."""

    NEW = "not started"
    FAULTY = "cannot be judged"
    FAILING = "not yet complete"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseProgress:
    """One exercise as the overview and the list show it. ``points`` are those of the best attempt."""

    id: str
    title: str
    summary: str
    level: int
    minutes: int
    concepts: tuple[str, ...] = ()
    state: ExerciseState
    points: float = 0.0
    total: int = 100


# ---- verdicts --------------------------------------------------------------------------------------------------------


def points_said(verdict: Verdict) -> str:
    """Say the points of a verdict, or of the part of the exercise that was asked for."""
    if verdict.complete_run:
        return f"{whole_points(verdict.points)} of {verdict.total} points"
    asked = sum(test.points for test in verdict.tests)
    return f"{whole_points(verdict.points)} of the {counted(asked, 'point')} asked for"


def times_said(verdict: Verdict) -> str:
    """Say how long the grading took, and how much virtual time went by in its plays."""
    return f"{verdict.real_seconds:.1f} s real, {round(verdict.virtual_seconds):,} s virtual"


def reasons_not_judged(verdict: Verdict) -> tuple[str, ...]:
    """Return why something was not judged, each reason once."""
    results = (result for test in verdict.tests for result in test.results)
    reasons = [verdict.trouble, *(result.reason for result in results if result.outcome is Outcome.NOT_JUDGED)]
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


def findings(verdict: Verdict) -> tuple[Finding, ...]:
    """Return one finding per failed test and reason, in the order of the tests."""
    found = [finding for test in verdict.tests for finding in _findings_of(test)]
    return tuple(_with_others(finding, found) for finding in found)


def main_finding(verdict: Verdict) -> Finding | None:
    """Choose the one finding to show: the first, unless one ending explains most failures."""
    found = findings(verdict)
    counts = Counter(finding.failure.diagnosis for finding in found if is_ending(finding.failure))
    for slug, count in counts.most_common(1):
        if count * 2 > len(found):
            return next(finding for finding in found if finding.failure.diagnosis == slug)

    return found[0] if found else None


def is_ending(failure: Failure) -> bool:
    """Whether the way the play ended is itself the diagnosis: a deadlock, a blocked loop, an unexpected exception."""
    return not failure.ended.by_itself or failure.diagnosis == failure.ended


def _findings_of(test: TestResult) -> list[Finding]:
    groups: dict[tuple[str, str], list[BackendResult]] = {}
    for result in test.results:
        if result.failure is not None:
            groups.setdefault((result.failure.diagnosis, result.failure.error), []).append(result)

    return [_finding(test, group) for group in groups.values()]


def _finding(test: TestResult, group: Sequence[BackendResult]) -> Finding:
    failures = [result.failure for result in group if result.failure is not None]
    return Finding(test=test, backends=tuple(result.backend for result in group), failure=failures[0])


def _with_others(finding: Finding, found: Iterable[Finding]) -> Finding:
    slug, number = finding.failure.diagnosis, finding.test.number
    others = dict.fromkeys(f.test.number for f in found if f.failure.diagnosis == slug and f.test.number != number)
    return Finding(test=finding.test, backends=finding.backends, failure=finding.failure, also=tuple(others))


def schedule_said(finding: Finding) -> str:
    """Say when a test fails only if tasks take their turns in another order than usual."""
    seed = finding.failure.schedule
    if seed == 0:
        return ""
    usual = "the usual order of steps passes; "
    if finding.failure.turns:
        return f"{usual}it goes wrong when {finding.failure.turns}, which may happen just as well"
    return f"{usual}order {seed}, which may happen just as well, fails"


def timelines(failure: Failure) -> tuple[Timeline, Timeline | None] | None:
    """Lay out the failing play and the reference's, if there is anything to see."""
    if failure.trace is None:
        return None
    mine, reference = side_by_side(as_at_verdict(failure.trace, failure.waiting), failure.reference)
    lanes = max(len(mine.lanes), len(reference.lanes) if reference else 0)
    # One task alone takes one step after the other; a picture of it says nothing.
    least = 1 if mine.axis is Axis.SECONDS else 2

    return (mine, reference) if lanes >= least else None


def notes(verdict: Verdict) -> tuple[SharedRemark, ...]:
    """Return what was noticed in tests that passed: each thing once for each line, whatever the tests and backends."""
    seen: dict[tuple[str, int | None], tuple[PassedRemark, list[int]]] = {}
    for test in verdict.tests:
        for remark in (remark for result in test.results for remark in result.remarks):
            numbers = seen.setdefault((remark.kind, remark.line), (remark, []))[1]
            if test.number not in numbers:
                numbers.append(test.number)
    return tuple(
        SharedRemark(kind=one.kind, text=one.text, line=one.line, source=one.source, tests=tuple(numbers))
        for one, numbers in seen.values()
    )


def note_said(note: SharedRemark) -> str:
    """Say a note and where it was noticed: ``... (test 3; it costs no points)``."""
    few = len(note.tests) <= MAX_NUMBERS
    where = tests_named(note.tests) if few else counted(len(note.tests), "test")
    return f"{note.text} ({where}; it costs no points)"


# ---- excerpts --------------------------------------------------------------------------------------------------------
#
# A line of the learner's file, as reports quote it: where it stands, and which part of it is meant.


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A source line in three parts: the middle one is what the caret underlines."""

    before: str
    marked: str
    after: str


def excerpt_of_fault(fault: Fault) -> Excerpt:
    """Split the line of a fault at what the caret underlines."""
    if fault.column is None:
        return Excerpt(before=_detabbed(fault.text), marked="", after="")
    start = max(0, fault.column - 1)
    end = start + max(1, fault.width)
    before = _detabbed(fault.text[:start])
    # A syntax error may point behind the end of the line, where something is missing.
    return Excerpt(before=before, marked=_detabbed(fault.text[start:end]) or " ", after=_detabbed(fault.text[end:]))


def excerpt_of_line(source: str) -> Excerpt:
    return Excerpt(before=_detabbed(source), marked="", after="")


def _detabbed(text: str) -> str:
    return text.rstrip("\r\n").replace("\t", "    ")


def place(file: str, line: int | None) -> str:
    """Say where: ``join.py:9``."""
    return file if line is None else f"{file}:{line}"


# ---- next steps ------------------------------------------------------------------------------------------------------
#
# What to type after a verdict.


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to type, and what it is good for."""

    line: str
    does: str


def next_commands(verdict: Verdict) -> tuple[Command, ...]:
    """Return what to type after this verdict, the most useful first."""
    name = verdict.exercise
    match verdict.status:
        case Status.PASS if verdict.complete_run:
            return (
                Command(line=f"grade solution {name}", does="compare with the reference"),
                Command(line="grade", does="what comes next"),
            )
        case Status.PASS:
            return (Command(line=f"grade {name}", does="run every test"),)
        case Status.CANNOT_JUDGE:
            return (Command(line=f"grade {name}", does="check it again"),)
        case Status.NOT_JUDGED:
            return (Command(line="grade doctor", does="what this computer can do"),)
        case Status.FAIL:
            return (Command(line=f"grade hint {name}", does="a hint"), *_replay(verdict))


def _replay(verdict: Verdict) -> tuple[Command, ...]:
    finding = main_finding(verdict)
    if finding is None or finding.failure.schedule == 0:
        return ()
    return (Command(line=replay_line(verdict, finding), does="the same order of steps again"),)


def replay_line(verdict: Verdict, finding: Finding) -> str:
    """Return the command that plays the failing schedule of this test again."""
    seed = f" --seed {finding.failure.schedule}" if finding.failure.schedule else ""
    return f"grade {verdict.exercise} --test {finding.test.number}{seed}"
