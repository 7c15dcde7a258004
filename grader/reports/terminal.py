"""The screens of a learner after a run: one exercise with its tests and a diagnosis, several in a table.

What matters most stands last, where the eye ends. A screen about one exercise is as high as a small terminal, so that
nothing of it scrolls off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.judge.verdict import STOPPED, Outcome, PartState, Status, TestResult, Verdict
from grader.reports import views
from grader.reports.finding_text import IN_FULL, Drawn, Measure, picture, show_fault, show_finding, show_remark
from grader.reports.overview import show_list as show_list
from grader.reports.overview import show_overview as show_overview
from grader.reports.screen import Glyphs, Piece, Screen, Sketch
from grader.reports.views import Command, Finding, PartView
from grader.rounding import number_said
from grader.text import counted, joined, tests_named

if TYPE_CHECKING:
    from rich.console import Console

HEIGHT = 23
"""Lines of a small terminal, but for one: the shell's prompt comes last."""
MEASURES = tuple(
    Measure(
        lanes=lanes,
        sentence=text,
        code=code,
        inputs=inputs,
        values=values,
        waiting=waiting,
        output=output,
        failed=failed,
    )
    for (text, code, inputs, values, waiting, output, failed), most, least in (
        ((4, 4, 2, 2, 4, 5, 4), 8, 7),
        ((4, 4, 2, 2, 4, 3, 3), 8, 6),
        ((4, 4, 2, 2, 3, 3, 2), 8, 5),
        ((3, 4, 1, 2, 2, 2, 1), 8, 4),
        ((3, 3, 1, 1, 2, 2, 0), 8, 4),
        ((3, 2, 1, 1, 2, 1, 0), 4, 3),
        ((2, 1, 1, 1, 2, 1, 0), 4, 2),
        ((2, 1, 0, 1, 1, 0, 0), 4, 2),
        ((4, 4, 2, 2, 4, 3, 3), 0, 0),
        ((3, 3, 1, 2, 3, 3, 1), 0, 0),
        ((2, 1, 1, 1, 1, 0, 0), 0, 0),
        ((1, 1, 0, 1, 1, 0, 0), 0, 0),
    )
    for lanes in range(most, least - 1, -1)
)
"""What is shown of one finding, tried one after the other until the screen is not too high. The picture goes last."""
MOST_FAULTS = 2
REST = "--verbose shows them"
CELL = 12
"""Columns of one backend in the table of tests."""
STATUS_STYLES = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.CANNOT_JUDGE: "fail",
    Status.NOT_JUDGED: "skipped",
}
PART_STYLES = {
    PartState.COMPLETE: "pass",
    PartState.FAILING: "fail",
    PartState.NOT_WRITTEN: "quiet",
    PartState.NOT_JUDGED: "skipped",
}


def show_run(
    console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs, commands: Sequence[Command] | None = None
) -> None:
    """Show one exercise on one screen, or several in a table. ``commands`` replaces what is proposed to type next."""
    screen = Screen(console, glyphs)
    if len(verdicts) == 1:
        show_on_one_screen(screen, verdicts[0], commands)
    else:
        _show_summary(screen, verdicts, commands)


def show_run_verbose(
    console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs, commands: Sequence[Command] | None = None
) -> None:
    """Show every exercise with every test and every diagnosis, and the table last if there are several."""
    screen = Screen(console, glyphs)
    for verdict in verdicts:
        _show_in_full(screen, verdict, commands if len(verdicts) == 1 else ())
    if len(verdicts) > 1:
        screen.blank()
        _show_summary(screen, verdicts, commands)


def show_run_quiet(console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs) -> None:
    """Show the verdict lines and nothing else."""
    screen = Screen(console, glyphs)
    for verdict in verdicts:
        _verdict_line(screen, verdict)


# ---- one exercise ----------------------------------------------------------------------------------------------------


def show_on_one_screen(screen: Screen, verdict: Verdict, commands: Sequence[Command] | None) -> None:
    """Show one exercise with one finding, and no more of it than fits the screen."""
    finding = views.main_finding(verdict)
    if finding is None:
        _show_without_finding(screen, verdict, commands)
        return
    drawn = views.timelines(finding.failure)
    for measure in measures(drawn):
        sketch = Sketch(screen)
        _show_with_finding(sketch, verdict, finding, drawn, measure, commands)
        if sketch.height <= HEIGHT:
            break
    _show_with_finding(screen, verdict, finding, drawn, measure, commands)


def measures(drawn: Drawn) -> list[Measure]:
    """Leave out measures with too few lanes for a picture: a later one has room for it, with less of other parts."""
    drawable = any(picture(drawn, measure.lanes) for measure in MEASURES)
    return [measure for measure in MEASURES if not (drawable and measure.lanes) or picture(drawn, measure.lanes)]


def _show_with_finding(
    screen: Screen,
    verdict: Verdict,
    finding: Finding,
    drawn: Drawn,
    measure: Measure,
    commands: Sequence[Command] | None,
) -> None:
    title_with_counts(screen, verdict)
    part_lines(screen, verdict)
    # Together with the finding's own, its notes may name every test that fails.
    failing_tests(screen, verdict, measure.failed if finding.same or finding.afterwards else max(1, measure.failed))
    noted(screen, verdict)
    screen.blank()
    reasons(screen, verdict)
    show_finding(screen, verdict, finding, drawn, measure)
    _ending(screen, verdict, commands)


def _show_without_finding(screen: Screen, verdict: Verdict, commands: Sequence[Command] | None) -> None:
    title_with_counts(screen, verdict)
    part_lines(screen, verdict)
    screen.blank()
    for fault in verdict.faults[:MOST_FAULTS]:
        show_fault(screen, verdict, fault)
    if (more := len(verdict.faults) - MOST_FAULTS) > 0:
        screen.line(Piece(f"and {counted(more, 'more fault')}; --verbose shows them", "quiet"))
    reasons(screen, verdict)
    for remark in views.remarks(verdict):
        show_remark(screen, verdict, remark)
    ignored(screen, verdict)
    _ending(screen, verdict, commands)


def _show_in_full(screen: Screen, verdict: Verdict, commands: Sequence[Command] | None) -> None:
    _title(screen, verdict)
    screen.blank()
    for fault in verdict.faults:
        show_fault(screen, verdict, fault)
    if verdict.tests:
        table(screen, verdict)
    reasons(screen, verdict)
    for finding in views.findings_to_show(verdict):
        show_finding(screen, verdict, finding, views.timelines(finding.failure), IN_FULL)
        screen.blank()
    for remark in views.remarks(verdict):
        show_remark(screen, verdict, remark)
    ignored(screen, verdict)
    _ending(screen, verdict, commands)


def _title(screen: Screen, verdict: Verdict) -> None:
    title = [Piece(verdict.exercise, "strong"), Piece(f"  {verdict.title}")]
    screen.spread(title, [Piece(verdict.file, "place")])


def title_with_counts(screen: Screen, verdict: Verdict) -> None:
    """Print the title and how many tests pass, in one line if there is room."""
    counts = views.counts_said(verdict) if verdict.tests else ""
    parts = (verdict.exercise, verdict.title, counts, verdict.file)
    if counts and sum(screen.cells(part) for part in parts) + 7 > screen.width:
        _title(screen, verdict)
        screen.line(Piece(counts))
        return
    title = [Piece(verdict.exercise, "strong"), Piece(f"  {verdict.title}   {counts}")]
    screen.spread(title, [Piece(verdict.file, "place")])


def _ending(screen: Screen, verdict: Verdict, commands: Sequence[Command] | None) -> None:
    screen.commands(views.next_commands(verdict) if commands is None else commands)
    _verdict_line(screen, verdict)


def failing_tests(screen: Screen, verdict: Verdict, most: int, *, rest: str = REST) -> None:
    """Name the tests that fail; ``rest`` says what shows those left out. One alone is named as the finding below."""
    later = views.not_written(verdict)
    of_written = (test for test in verdict.tests if test.part not in later)
    failed = [test for test in of_written if any(result.failure for result in test.results)]
    if len(failed) < 2 or not most:
        return
    named = failed if len(failed) <= most else failed[: most - 1]
    for test in named:
        label = "fails: " if test is failed[0] else "       "
        screen.line(Piece(label, "fail"), Piece(f"{test.number:2} ", "quiet"), Piece(views.failing_said(test)))
    if left := [test.number for test in failed[len(named) :]]:
        label, said = ("          ", f"and {tests_named(left)}") if named else ("fails: ", tests_named(left))
        if screen.cells(f"{label}{said}{rest}") + 2 > screen.width:
            # A list that is cut would name other tests: of `15, 17` it may leave `15, 1`.
            said = f"and {len(left)} more" if named else counted(len(left), "test")
        screen.spread([Piece(label, "fail"), Piece(said)], [Piece(rest, "quiet")])


def noted(screen: Screen, verdict: Verdict) -> None:
    """Say in a line each what costs no points; the finding is more important."""
    remarks = views.remarks(verdict)
    if remarks:
        lines = ("" if remark.line is None else f" in line {remark.line}" for remark in remarks)
        said = joined([f"{remark.kind}{line}" for remark, line in zip(remarks, lines, strict=True)])
        screen.line(
            Piece("note: ", "note"), Piece(f"{said}, which {'costs' if len(remarks) == 1 else 'cost'} no points")
        )
    if verdict.ignored:
        screen.line(Piece("note: ", "note"), Piece(f"only {verdict.file} is judged, not {joined(verdict.ignored)}"))


def ignored(screen: Screen, verdict: Verdict) -> None:
    if verdict.ignored:
        screen.wrapped(Piece("note: ", "note"), f"only {verdict.file} is judged, not {joined(verdict.ignored)}")
        screen.blank()


def table(screen: Screen, verdict: Verdict) -> None:
    heads = [Piece(backend.ljust(CELL), "quiet") for backend in verdict.backends]
    screen.spread([], heads)
    parts = views.parts(verdict)
    for part in parts:
        _part(screen, part)
        _rows(screen, verdict, part.tests)
    if not parts:
        _rows(screen, verdict, verdict.tests)
    screen.blank()


def _rows(screen: Screen, verdict: Verdict, tests: Sequence[TestResult]) -> None:
    for test in tests:
        label = [Piece(f"{test.number:3}  ", "quiet"), Piece(test.label)]
        screen.spread(label, [_cell(screen, test, backend) for backend in verdict.backends])


def part_lines(screen: Screen, verdict: Verdict) -> None:
    for part in views.parts(verdict):
        _part(screen, part)


def _part(screen: Screen, part: PartView) -> None:
    left = [Piece(f"part {part.number}  ", "quiet"), Piece(part.title)]
    screen.spread(left, [Piece(part.said, PART_STYLES[part.result.state])])


def reasons(screen: Screen, verdict: Verdict) -> None:
    said = views.reasons_not_judged(verdict)
    for reason in said:
        screen.wrapped(Piece("not judged: ", "skipped"), reason)
    if said:
        whose = "" if said == (STOPPED,) else "; the fault is not in your file"
        screen.line(Piece(f"            this costs no points{whose}", "quiet"))
        screen.blank()


def _cell(screen: Screen, test: TestResult, backend: str) -> Piece:
    outcome = next((result.outcome for result in test.results if result.backend == backend), None)
    if outcome is None:
        return Piece(" " * CELL)
    prefix, style = {
        Outcome.PASS: (screen.glyphs.passed, "pass"),
        Outcome.FAIL: (screen.glyphs.failed, "fail"),
        Outcome.NOT_JUDGED: ("", "skipped"),  # with a glyph it would fill the column and run into the next
    }[outcome]
    return Piece((prefix + views.OUTCOME_WORDS[outcome]).ljust(CELL), style)


def _verdict_line(screen: Screen, verdict: Verdict) -> None:
    left = [
        Piece(f"{verdict.exercise}  ", "strong"),
        Piece(views.status_said(verdict), _status_style(verdict)),
    ]
    if verdict.status not in (Status.PASS, Status.FAIL):
        screen.line(*left)
        return
    left.append(Piece(f"  {views.points_said(verdict)}"))
    times = views.times_said(verdict)
    # The points decide; on a narrow screen the times go.
    beside = sum(screen.cells(piece.text) for piece in left) + 2 + screen.cells(times) <= screen.width
    screen.spread(left, [Piece(times if beside else "", "quiet")])


def _status_style(verdict: Verdict) -> str:
    return "quiet" if views.is_untouched(verdict) else STATUS_STYLES[verdict.status]


# ---- several exercises -----------------------------------------------------------------------------------------------


def _show_summary(screen: Screen, verdicts: Sequence[Verdict], commands: Sequence[Command] | None) -> None:
    for verdict in verdicts:
        finding = views.main_finding(verdict)
        why = f"{finding.test.number} {finding.test.label}" if finding else _why_not(verdict)
        status = screen.fit(views.status_said(verdict), 17)
        points = number_said(verdict.points) if verdict.tests else "-"
        screen.line(
            Piece(screen.fit(verdict.exercise, 6), "strong"),
            Piece(screen.fit(verdict.title, 15) + " "),
            Piece(status, _status_style(verdict)),
            Piece(f"{points:>4}  "),
            Piece(why, "quiet"),
        )
    screen.blank()
    todo = next((verdict for verdict in verdicts if verdict.status is not Status.PASS), None)
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    proposed = [Command(line=f"grade {todo.exercise}", does="the first that is not complete")] if todo else []
    screen.commands(proposed if commands is None else commands)
    screen.line(Piece(f"{passed} of {counted(len(verdicts), 'exercise')} complete", "fail" if todo else "pass"))


def _why_not(verdict: Verdict) -> str:
    return next(iter((*(fault.error for fault in verdict.faults), *views.reasons_not_judged(verdict))), "")
