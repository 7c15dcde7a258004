"""The screens of ``grade ex01``: a table of tests, one diagnosis in full, the verdict last, where the eye ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.reports.glyphs import Glyphs
from grader.reports.next_steps import Command, next_commands
from grader.reports.screen import Piece, Screen
from grader.reports.terminal_findings import show_fault, show_finding, show_note
from grader.reports.views import (
    OUTCOME_WORDS,
    STATUS_WORDS,
    Finding,
    findings,
    main_finding,
    notes,
    points_said,
    reasons_not_judged,
    times_said,
)
from grader.reports.words import counted, joined, whole_points
from grader.verdict import Outcome, Status, TestResult, Verdict

if TYPE_CHECKING:
    from rich.console import Console

CELL = 12
STATUS_STYLES = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.CANNOT_JUDGE: "fail",
    Status.NOT_JUDGED: "skipped",
}


def show_run(
    console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs, commands: Sequence[Command] | None = None
) -> None:
    """Show one exercise in full, or several in a table. ``commands`` replaces what is proposed to type next."""
    screen = Screen(console, glyphs)
    if len(verdicts) == 1:
        finding = main_finding(verdicts[0])
        _show_exercise(screen, verdicts[0], [finding] if finding else [], commands)
    else:
        _show_summary(screen, verdicts, commands)


def show_run_verbose(
    console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs, commands: Sequence[Command] | None = None
) -> None:
    """Show every exercise with every diagnosis, and the table last if there are several."""
    screen = Screen(console, glyphs)
    for verdict in verdicts:
        _show_exercise(screen, verdict, findings(verdict), commands if len(verdicts) == 1 else ())
    if len(verdicts) > 1:
        screen.blank()
        _show_summary(screen, verdicts, commands)


def show_run_quiet(console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs) -> None:
    """Show the verdict lines and nothing else."""
    screen = Screen(console, glyphs)
    for verdict in verdicts:
        _verdict_line(screen, verdict)


# ---- one exercise ----------------------------------------------------------------------------------------------------


def _show_exercise(
    screen: Screen, verdict: Verdict, shown: Sequence[Finding], commands: Sequence[Command] | None
) -> None:
    title = [Piece(verdict.exercise, "strong"), Piece(f"  {verdict.title}")]
    screen.spread(title, [Piece(verdict.file, "place")])
    screen.blank()
    for fault in verdict.faults:
        show_fault(screen, verdict, fault)
    if verdict.tests:
        _table(screen, verdict)
    _reasons(screen, verdict)
    for finding in shown:
        show_finding(screen, verdict, finding)
    for note in notes(verdict):
        show_note(screen, verdict, note)
    if verdict.ignored:
        screen.wrapped(Piece("note: ", "note"), f"only {verdict.file} is judged, not {joined(verdict.ignored)}")
        screen.blank()
    screen.commands(next_commands(verdict) if commands is None else commands)
    _verdict_line(screen, verdict)


def _table(screen: Screen, verdict: Verdict) -> None:
    heads = [Piece(backend.ljust(CELL), "quiet") for backend in verdict.backends]
    screen.spread([], heads)
    for test in verdict.tests:
        label = [Piece(f"{test.number:3}  ", "quiet"), Piece(test.label)]
        screen.spread(label, [_cell(screen, test, backend) for backend in verdict.backends])
    screen.blank()


def _reasons(screen: Screen, verdict: Verdict) -> None:
    reasons = reasons_not_judged(verdict)
    for reason in reasons:
        screen.wrapped(Piece("not judged: ", "skipped"), reason)
    if reasons:
        screen.line(Piece("            this costs no points; the grader or this computer is at fault", "quiet"))
        screen.blank()


def _cell(screen: Screen, test: TestResult, backend: str) -> Piece:
    outcome = next((result.outcome for result in test.results if result.backend == backend), None)
    if outcome is None:
        return Piece(" " * CELL)
    prefix, style = {
        Outcome.PASS: (screen.glyphs.passed, "pass"),
        Outcome.FAIL: (screen.glyphs.failed, "fail"),
        Outcome.NOT_JUDGED: (screen.glyphs.skipped, "skipped"),
    }[outcome]

    return Piece((prefix + OUTCOME_WORDS[outcome]).ljust(CELL), style)


def _verdict_line(screen: Screen, verdict: Verdict) -> None:
    left = [
        Piece(f"{verdict.exercise}  ", "strong"),
        Piece(STATUS_WORDS[verdict.status], STATUS_STYLES[verdict.status]),
    ]
    if verdict.status in (Status.PASS, Status.FAIL):
        screen.spread([*left, Piece(f"  {points_said(verdict)}")], [Piece(times_said(verdict), "quiet")])
    else:
        screen.line(*left)


# ---- several exercises -----------------------------------------------------------------------------------------------


def _show_summary(screen: Screen, verdicts: Sequence[Verdict], commands: Sequence[Command] | None) -> None:
    for verdict in verdicts:
        finding = main_finding(verdict)
        first = f"{finding.test.number} {finding.test.label}" if finding else _why_not(verdict)
        status = screen.fit(STATUS_WORDS[verdict.status], 18)
        points = f"{whole_points(verdict.points):3}" if verdict.tests else "  -"
        screen.line(
            Piece(screen.fit(verdict.exercise, 6), "strong"),
            Piece(screen.fit(verdict.title, 16)),
            Piece(status, STATUS_STYLES[verdict.status]),
            Piece(f"{points}  "),
            Piece(first, "quiet"),
        )
    screen.blank()
    todo = next((verdict for verdict in verdicts if verdict.status is not Status.PASS), None)
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    proposed = [Command(line=f"grade {todo.exercise}", does="the first that is not complete")] if todo else []
    screen.commands(proposed if commands is None else commands)
    screen.line(Piece(f"{passed} of {counted(len(verdicts), 'exercise')} complete", "fail" if todo else "pass"))


def _why_not(verdict: Verdict) -> str:
    return next(iter([*(fault.error for fault in verdict.faults), *reasons_not_judged(verdict)]), "")
