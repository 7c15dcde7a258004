"""What the HTML report shows, as plain records: the views of a verdict, worded and cut for one page.

Templates do no arithmetic and make no choices beyond "if there is one"; everything they print stands in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.diagnosis import Diagnosis
from grader.reports.excerpts import excerpt_of_fault, excerpt_of_line
from grader.reports.next_steps import Command, next_commands
from grader.reports.page_findings import FindingView, SourceView, finding_views, source_view, worth_a_figure
from grader.reports.views import (
    OUTCOME_WORDS,
    STATUS_WORDS,
    Finding,
    Note,
    findings,
    note_said,
    notes,
    points_said,
    reasons_not_judged,
    times_said,
)
from grader.reports.words import counted, joined, whole_points
from grader.submission import Fault
from grader.verdict import Outcome, Status, TestResult, Verdict

OUTCOME_GLYPHS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_JUDGED: "–"}
STATUS_GLYPHS = {Status.PASS: "✓", Status.FAIL: "✗", Status.CANNOT_JUDGE: "✗", Status.NOT_JUDGED: "–"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """Why a file cannot be judged."""

    error: str
    help: str
    source: SourceView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """Something noticed in tests that passed."""

    said: str
    explanation: str
    source: SourceView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One hidden test on one backend."""

    outcome: str
    glyph: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestView:
    """One row of the table of tests."""

    __test__ = False

    number: int
    label: str
    points: str
    anchor: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseView:
    """One exercise."""

    id: str
    title: str
    file: str
    status: str
    glyph: str
    word: str
    points: str
    share: str
    times: str
    judged: str
    failed: str
    backends: tuple[str, ...]
    tests: tuple[TestView, ...]
    faults: tuple[FaultView, ...]
    reasons: tuple[str, ...]
    findings: tuple[FindingView, ...]
    notes: tuple[NoteView, ...]
    ignored: str
    commands: tuple[Command, ...]


def exercise_views(verdicts: Sequence[Verdict], diagnoses: Mapping[str, Diagnosis]) -> tuple[ExerciseView, ...]:
    """Say what the page shows of each exercise."""
    drawn = worth_a_figure([findings(verdict) for verdict in verdicts])
    return tuple(_exercise(verdict, diagnoses, drawn) for verdict in verdicts)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Say in one line how it stands."""
    if len(verdicts) == 1:
        said = {
            Status.PASS: "is complete" if verdicts[0].complete_run else "passes what was asked for",
            Status.FAIL: "is not complete yet",
            Status.CANNOT_JUDGE: "cannot be judged as it is",
            Status.NOT_JUDGED: "was not judged",
        }
        return f"{verdicts[0].title} {said[verdicts[0].status]}"
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    return f"{passed} of {counted(len(verdicts), 'exercise')} complete"


def versions(verdicts: Sequence[Verdict]) -> str:
    """Name what the verdicts were made with, each once."""
    return ", ".join(dict.fromkeys(f"{name} {number}" for verdict in verdicts for name, number in verdict.versions))


def moment(iso: str) -> str:
    """Write a UTC time of ISO 8601 as people read it: ``2026-11-22 03:50 UTC``."""
    return iso[:16].replace("T", " ") + " UTC" if iso else ""


def _exercise(verdict: Verdict, diagnoses: Mapping[str, Diagnosis], drawn: set[int]) -> ExerciseView:
    found = findings(verdict)
    failed = sum(not test.passed for test in verdict.tests)

    return ExerciseView(
        id=verdict.exercise,
        title=verdict.title,
        file=verdict.file,
        status=verdict.status,
        glyph=STATUS_GLYPHS[verdict.status],
        word=STATUS_WORDS[verdict.status].capitalize(),
        points=points_said(verdict) if verdict.tests else "",
        share=f"{min(100, 100 * whole_points(verdict.points) // max(verdict.total, 1))}%",
        times=times_said(verdict),
        judged=moment(verdict.judged_at),
        failed=f"{counted(failed, 'test')} of {len(verdict.tests)} not passed" if failed else "",
        backends=verdict.backends,
        tests=tuple(_test(verdict, test, found) for test in verdict.tests),
        faults=tuple(_fault(verdict, fault) for fault in verdict.faults),
        reasons=reasons_not_judged(verdict),
        findings=finding_views(verdict, found, diagnoses, drawn),
        notes=tuple(_note(verdict, note, diagnoses) for note in notes(verdict)),
        ignored=joined(verdict.ignored),
        commands=next_commands(verdict),
    )


def _test(verdict: Verdict, test: TestResult, found: Sequence[Finding]) -> TestView:
    failed = any(finding.test is test for finding in found)
    return TestView(
        number=test.number,
        label=test.label,
        points=f"{whole_points(test.earned)} of {test.points}",
        anchor=f"{verdict.exercise}-{test.number}" if failed else "",
        cells=tuple(
            CellView(
                outcome=result.outcome,
                glyph=OUTCOME_GLYPHS[result.outcome],
                word=OUTCOME_WORDS[result.outcome].lower(),
            )
            for result in test.results
        ),
    )


def _note(verdict: Verdict, note: Note, diagnoses: Mapping[str, Diagnosis]) -> NoteView:
    # An older attempt may have been judged by another grader, which knew other kinds.
    explanation = diagnoses[note.kind].explanation if note.kind in diagnoses else ""
    source = source_view(verdict, note.line, excerpt_of_line(note.source))
    return NoteView(said=note_said(note), explanation=explanation, source=source)


def _fault(verdict: Verdict, fault: Fault) -> FaultView:
    source = source_view(verdict, fault.line, excerpt_of_fault(fault))
    return FaultView(error=fault.error, help=fault.help, source=source)
