"""The screens of a learner: one exercise with its tests and a diagnosis, several in a table, the overview, the list.

What matters most stands last, where the eye ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.judge.verdict import Failure, Outcome, Status, TestResult, Verdict
from grader.policy.submission import Fault
from grader.reports import views
from grader.reports.screen import Glyphs, Piece, Screen
from grader.reports.timeline_text import draw_axis, draw_lanes, draw_legend, frame_for
from grader.reports.views import Command, Excerpt, ExerciseProgress, ExerciseState, Finding, SharedRemark
from grader.text import clean, counted, joined, tests_named, waited_since, whole_points

if TYPE_CHECKING:
    from rich.console import Console

MAX_OUTPUT_LINES = 10
MAX_OUTPUT = 4000
MAX_WAITING = 8
CELL = 12
"""Columns of one backend in the table of tests."""
METER = 10
STATUS_STYLES = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.CANNOT_JUDGE: "fail",
    Status.NOT_JUDGED: "skipped",
}
STATE_STYLES = {
    ExerciseState.NEW: "quiet",
    ExerciseState.FAULTY: "fail",
    ExerciseState.FAILING: "skipped",
    ExerciseState.COMPLETE: "pass",
}


def show_run(
    console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs, commands: Sequence[Command] | None = None
) -> None:
    """Show one exercise in full, or several in a table. ``commands`` replaces what is proposed to type next."""
    screen = Screen(console, glyphs)
    if len(verdicts) == 1:
        finding = views.main_finding(verdicts[0])
        _show_exercise(screen, verdicts[0], [finding] if finding else [], commands)
    else:
        _show_summary(screen, verdicts, commands)


def show_run_verbose(
    console: Console, verdicts: Sequence[Verdict], *, glyphs: Glyphs, commands: Sequence[Command] | None = None
) -> None:
    """Show every exercise with every diagnosis, and the table last if there are several."""
    screen = Screen(console, glyphs)
    for verdict in verdicts:
        _show_exercise(screen, verdict, views.findings(verdict), commands if len(verdicts) == 1 else ())
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
        _show_fault(screen, verdict, fault)
    if verdict.tests:
        _table(screen, verdict)
    _reasons(screen, verdict)
    for finding in shown:
        _show_finding(screen, verdict, finding)
    for remark in views.remarks(verdict):
        _show_remark(screen, verdict, remark)
    if verdict.ignored:
        screen.wrapped(Piece("note: ", "note"), f"only {verdict.file} is judged, not {joined(verdict.ignored)}")
        screen.blank()
    screen.commands(views.next_commands(verdict) if commands is None else commands)
    _verdict_line(screen, verdict)


def _table(screen: Screen, verdict: Verdict) -> None:
    heads = [Piece(backend.ljust(CELL), "quiet") for backend in verdict.backends]
    screen.spread([], heads)
    for test in verdict.tests:
        label = [Piece(f"{test.number:3}  ", "quiet"), Piece(test.label)]
        screen.spread(label, [_cell(screen, test, backend) for backend in verdict.backends])
    screen.blank()


def _reasons(screen: Screen, verdict: Verdict) -> None:
    reasons = views.reasons_not_judged(verdict)
    for reason in reasons:
        screen.wrapped(Piece("not judged: ", "skipped"), reason)
    if reasons:
        screen.line(Piece("            this costs no points; the fault is not in your file", "quiet"))
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
        Piece(views.STATUS_WORDS[verdict.status], STATUS_STYLES[verdict.status]),
    ]
    if verdict.status in (Status.PASS, Status.FAIL):
        screen.spread([*left, Piece(f"  {views.points_said(verdict)}")], [Piece(views.times_said(verdict), "quiet")])
    else:
        screen.line(*left)


# ---- one diagnosis ---------------------------------------------------------------------------------------------------


def _show_finding(screen: Screen, verdict: Verdict, finding: Finding) -> None:
    """Show why a test failed, in the order in which it is read: what is wrong, where, who ran when, what to change."""
    failure = finding.failure
    head = [Piece(f"FAIL {finding.test.number}", "fail"), Piece(f"  {finding.test.label}", "strong")]
    screen.spread(head, [Piece(finding.where), Piece(f"   {failure.diagnosis}", "note")])
    screen.wrapped(Piece("error: ", "error"), failure.error, "strong")
    if failure.line is not None:
        _source(screen, verdict.file, failure.line, views.excerpt_of_line(failure.source))
    if failure.exception:
        screen.wrapped(Piece("raised: ", "error"), failure.exception, most=3)
    _waiting(screen, failure)
    _figure(screen, failure)
    _output(screen, failure)
    for sentence in filter(None, (views.schedule_said(finding), _others_said(finding))):
        screen.wrapped(Piece("note: ", "note"), sentence)
    screen.wrapped(Piece("help: ", "help"), failure.help)
    screen.blank()


def _show_remark(screen: Screen, verdict: Verdict, remark: SharedRemark) -> None:
    """Show a remark on tests that passed."""
    screen.wrapped(Piece("note: ", "note"), views.remark_said(remark))
    if remark.line is not None:
        _source(screen, verdict.file, remark.line, views.excerpt_of_line(remark.source))
    screen.line(Piece("      "), Piece(f"grade explain {remark.kind}", "command"), Piece("    why", "quiet"))
    screen.blank()


def _show_fault(screen: Screen, verdict: Verdict, fault: Fault) -> None:
    """Show why the file cannot be judged, with a caret below the place."""
    screen.wrapped(Piece("error: ", "error"), fault.error, "strong")
    _source(screen, verdict.file, fault.line, views.excerpt_of_fault(fault))
    screen.wrapped(Piece("help: ", "help"), fault.help)
    screen.blank()


def _source(screen: Screen, file: str, line: int | None, excerpt: Excerpt) -> None:
    screen.line(Piece("  --> ", "quiet"), Piece(views.place(file, line), "place"))
    if line is None or not (excerpt.before + excerpt.marked).strip():
        return
    number, gutter = f"{line:4} ", f"{screen.glyphs.gutter} "
    before, marked = screen.shown(excerpt.before), screen.shown(excerpt.marked)
    room = screen.width - screen.cells(number + gutter)
    # The caret stands below what follows this part, so its end is kept. Half of the room: a letter may take two cells.
    keep = (room - min(screen.cells(marked), room // 2) - 3) // 2
    if marked and screen.cells(before) + screen.cells(marked) > room and len(before) > keep:
        before = f"...{before[-keep:]}"
    screen.line(Piece(number + gutter, "quiet"), Piece(before), Piece(marked), Piece(excerpt.after))
    if excerpt.marked:
        blank = Piece(" " * len(number) + gutter, "quiet")
        carets = screen.glyphs.caret * max(1, screen.cells(marked))
        left = screen.cells(before)
        screen.line(blank, Piece(" " * left), Piece(carets[: room - left], "caret"))


def _waiting(screen: Screen, failure: Failure) -> None:
    if not failure.waiting:
        return
    screen.line(Piece("these tasks wait:", "strong"))
    for task in failure.waiting[:MAX_WAITING]:
        line = "" if task.line is None else f"line {task.line}"
        left = [Piece("  "), Piece(screen.fit(task.task, 20), "strong"), Piece(f"  {line:10}"), Piece(task.awaiting)]
        screen.spread(left, [Piece(waited_since(task.since), "quiet")])
    if len(failure.waiting) > MAX_WAITING:
        screen.line(Piece(f"  and {len(failure.waiting) - MAX_WAITING} more", "quiet"))


def _figure(screen: Screen, failure: Failure) -> None:
    drawn = views.timelines(failure)
    if drawn is None:
        return
    mine, reference = drawn
    both = [mine] if reference is None else [mine, reference]
    frame = frame_for(screen, both)
    screen.blank()
    draw_axis(screen, max(both, key=lambda timeline: timeline.end), frame)
    screen.line(Piece("yours", "quiet"))
    draw_lanes(screen, mine, frame)
    if reference is not None:
        screen.line(Piece("reference", "quiet"))
        draw_lanes(screen, reference, frame)
    draw_legend(screen, both)
    screen.blank()


def _output(screen: Screen, failure: Failure) -> None:
    lines = clean(failure.output, MAX_OUTPUT).strip("\n").split("\n")
    if lines == [""]:
        return
    screen.line(Piece("printed in this play:", "strong"))
    for line in lines[:MAX_OUTPUT_LINES]:
        screen.line(Piece(f"  {screen.glyphs.gutter} ", "quiet"), Piece(line))
    more = len(lines) - MAX_OUTPUT_LINES
    if more > 0:
        screen.line(Piece(f"  {screen.glyphs.gutter} and {counted(more, 'line')} more", "quiet"))


def _others_said(finding: Finding) -> str:
    return f"the same kind of failure in {tests_named(finding.also)}" if finding.also else ""


# ---- several exercises -----------------------------------------------------------------------------------------------


def _show_summary(screen: Screen, verdicts: Sequence[Verdict], commands: Sequence[Command] | None) -> None:
    for verdict in verdicts:
        finding = views.main_finding(verdict)
        why = f"{finding.test.number} {finding.test.label}" if finding else _why_not(verdict)
        status = screen.fit(views.STATUS_WORDS[verdict.status], 18)
        points = f"{whole_points(verdict.points):3}" if verdict.tests else "  -"
        screen.line(
            Piece(screen.fit(verdict.exercise, 6), "strong"),
            Piece(screen.fit(verdict.title, 16)),
            Piece(status, STATUS_STYLES[verdict.status]),
            Piece(f"{points}  "),
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


# ---- screens that run nothing ----------------------------------------------------------------------------------------


def show_overview(
    console: Console,
    title: str,
    progress: Sequence[ExerciseProgress],
    *,
    following: ExerciseProgress | None,
    note: str = "",
    commands: Sequence[Command],
    glyphs: Glyphs,
) -> None:
    """Show how far every exercise is, which one follows, what ``note`` says about it, and what to type next."""
    screen = Screen(console, glyphs)
    complete = sum(exercise.state is ExerciseState.COMPLETE for exercise in progress)
    screen.spread([Piece(title, "strong")], [Piece(f"{complete} of {counted(len(progress), 'exercise')} complete")])
    screen.blank()
    for exercise in progress:
        _progress_line(screen, exercise, here=glyphs.here if exercise is following else " " * len(glyphs.here))
    screen.blank()
    if following is None:
        screen.line(Piece("All exercises are complete.", "pass"))
    else:
        screen.line(Piece(f"next: {following.id}  {following.title}", "strong"), Piece(f"   {following.summary}"))
    if note:
        screen.wrapped(Piece("      "), note)
    screen.commands(commands)


def show_list(console: Console, progress: Sequence[ExerciseProgress], *, glyphs: Glyphs) -> None:
    """Show what the exercises are about, one line each."""
    screen = Screen(console, glyphs)
    for exercise in progress:
        right = [Piece(f"level {exercise.level}   {exercise.minutes:3} min   ", "quiet"), _state(exercise)]
        left = [
            Piece(screen.fit(exercise.id, 6), "strong"),
            Piece(screen.fit(exercise.title, 16)),
            Piece(exercise.summary, "quiet"),
        ]
        screen.spread(left, right)


def _progress_line(screen: Screen, exercise: ExerciseProgress, *, here: str) -> None:
    points = whole_points(exercise.points)
    filled = METER * points // exercise.total if exercise.total else 0
    tried = exercise.state in (ExerciseState.FAILING, ExerciseState.COMPLETE)
    right = [
        Piece(screen.glyphs.filled * filled, "pass"),
        Piece(screen.glyphs.empty * (METER - filled) + "  ", "quiet"),
        Piece(f"{points:3}  " if tried else "  -  "),
        _state(exercise),
    ]
    screen.spread([Piece(here, "note"), Piece(screen.fit(exercise.id, 6), "strong"), Piece(exercise.title)], right)


def _state(exercise: ExerciseProgress) -> Piece:
    return Piece(exercise.state.ljust(max(len(state) for state in ExerciseState)), STATE_STYLES[exercise.state])
