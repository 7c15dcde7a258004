"""One diagnosis on the screen, in full: the error, the learner's line, who waits, the timeline, what to change."""

from __future__ import annotations

from grader.reports.clean import clean
from grader.reports.excerpts import Excerpt, excerpt_of_fault, excerpt_of_line, place
from grader.reports.screen import Piece, Screen
from grader.reports.timeline_text import draw_axis, draw_lanes, draw_legend, frame_for
from grader.reports.views import Finding, Note, note_said, schedule_said, timelines
from grader.reports.words import counted, tests_named, waited_since
from grader.submission import Fault
from grader.verdict import Failure, Verdict

MAX_OUTPUT_LINES = 10
MAX_OUTPUT = 4000
MAX_WAITING = 8


def show_finding(screen: Screen, verdict: Verdict, finding: Finding) -> None:
    """Show why a test failed, in the order in which it is read: what is wrong, where, who ran when, what to change."""
    failure = finding.failure
    head = [Piece(f"FAIL {finding.test.number}", "fail"), Piece(f"  {finding.test.label}", "strong")]
    screen.spread(head, [Piece(finding.where), Piece(f"   {failure.diagnosis}", "note")])
    screen.wrapped(Piece("error: ", "error"), failure.error, "strong")
    if failure.line is not None:
        _source(screen, verdict.file, failure.line, excerpt_of_line(failure.source))
    if failure.exception:
        screen.wrapped(Piece("raised: ", "error"), failure.exception, most=3)
    _waiting(screen, failure)
    _figure(screen, failure)
    _output(screen, failure)
    for note in (schedule_said(finding), _others_said(finding)):
        if note:
            screen.wrapped(Piece("note: ", "note"), note)
    screen.wrapped(Piece("help: ", "help"), failure.help)
    screen.blank()


def show_note(screen: Screen, verdict: Verdict, note: Note) -> None:
    """Show what was noticed in tests that passed."""
    screen.wrapped(Piece("note: ", "note"), note_said(note))
    if note.line is not None:
        _source(screen, verdict.file, note.line, excerpt_of_line(note.source))
    screen.line(Piece("      "), Piece(f"grade explain {note.kind}", "command"), Piece("    why", "quiet"))
    screen.blank()


def show_fault(screen: Screen, verdict: Verdict, fault: Fault) -> None:
    """Show why the file cannot be judged, with a caret below the place."""
    screen.wrapped(Piece("error: ", "error"), fault.error, "strong")
    _source(screen, verdict.file, fault.line, excerpt_of_fault(fault))
    screen.wrapped(Piece("help: ", "help"), fault.help)
    screen.blank()


def _source(screen: Screen, file: str, line: int | None, excerpt: Excerpt) -> None:
    screen.line(Piece("  --> ", "quiet"), Piece(place(file, line), "place"))
    if line is None or not (excerpt.before + excerpt.marked).strip():
        return
    number, gutter = f"{line:4} ", f"{screen.glyphs.gutter} "
    before, marked = screen.shown(excerpt.before), screen.shown(excerpt.marked)
    room = screen.width - screen.cells(number + gutter)
    # The end of this part is what the caret is about. Half of the room, as a character may take two columns.
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
    drawn = timelines(failure)
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
