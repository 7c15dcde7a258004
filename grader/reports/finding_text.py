"""Shows on a terminal why a test fails, in reading order: what is wrong, where, who ran when, what to change.

A ``Measure`` says how much of each part is shown, so that the whole fits one screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.judge.verdict import Failure, Verdict
from grader.policy.submission import Fault
from grader.reports import excerpts, views
from grader.reports.comparison import cut_to, folded, says_something
from grader.reports.excerpts import Excerpt
from grader.reports.screen import Piece, Screen
from grader.reports.timeline import MAX_LANES, Timeline
from grader.reports.timeline_text import draw_axis, draw_lanes, frame_for, legend_of, tell_lanes
from grader.reports.views import Finding, SharedRemark
from grader.text import clean, counted, waited_since

MAX_OUTPUT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How much of each part is shown. ``lanes`` are those of both timelines together; without any there is no picture.

    The other numbers are lines: of a sentence, of the learner's code, of the inputs, of a value, of the tasks that
    wait, of what was printed, and of failed tests.
    """

    lanes: int
    sentence: int
    code: int
    inputs: int
    values: int
    waiting: int
    output: int
    failed: int


IN_FULL = Measure(lanes=2 * MAX_LANES, sentence=12, code=4, inputs=2, values=2, waiting=8, output=10, failed=1000)


Drawn = tuple[Timeline, Timeline | None] | None
"""What ``views.timelines`` lays out, which takes its time: a screen may be measured more than once."""


def show_finding(screen: Screen, verdict: Verdict, finding: Finding, drawn: Drawn, measure: Measure) -> None:
    """Show why a test failed, as far as ``measure`` goes. ``drawn`` are the timelines of its failure."""
    failure = finding.failure
    head = [Piece(f"FAIL {finding.test.number}", "fail"), Piece(f"  {finding.test.label}", "strong")]
    where = f"{finding.partly}   " if finding.partly else ""
    screen.spread(head, [Piece(where), Piece(failure.diagnosis, "note")])
    screen.wrapped(Piece("error: ", "error"), failure.error, "strong", most=measure.sentence)
    _lines(screen, verdict, failure, measure.code)
    _values(screen, failure, measure)
    if raised := views.raised_said(failure):
        screen.wrapped(Piece("raised: ", "error"), raised, most=measure.values)
    _waiting(screen, failure, measure.waiting)
    _picture(screen, picture(drawn, measure.lanes))
    _output(screen, failure, measure.output)
    for sentence in filter(None, (views.schedule_said(finding), *views.others_said(finding))):
        screen.wrapped(Piece("note: ", "note"), sentence, most=measure.sentence)
    if failure.promise:
        screen.wrapped(Piece("promise: ", "note"), failure.promise, most=2)
    screen.wrapped(Piece("help: ", "help"), failure.help, most=measure.sentence)


def show_remark(screen: Screen, verdict: Verdict, remark: SharedRemark) -> None:
    """Show a remark on tests that passed."""
    screen.wrapped(Piece("note: ", "note"), views.remark_said(remark))
    if remark.line is not None:
        _source(screen, verdict.file, remark.line, excerpts.excerpt_of_line(remark.source))
    screen.line(Piece("      "), Piece(f"grade explain {remark.kind}", "command"), Piece("    why", "quiet"))
    screen.blank()


def show_fault(screen: Screen, verdict: Verdict, fault: Fault) -> None:
    """Show why the file cannot be judged, with a caret below the place; an untouched stub is no error."""
    excerpt = excerpts.excerpt_of_fault(fault)
    if fault.kind == views.UNTOUCHED:
        screen.wrapped(Piece("note: ", "note"), fault.error, "strong")
        excerpt = replace(excerpt, before=excerpt.before + excerpt.marked, marked="")
    else:
        screen.wrapped(Piece("error: ", "error"), fault.error, "strong")
    _source(screen, verdict.file, fault.line, excerpt)
    screen.wrapped(Piece("help: ", "help"), fault.help)
    screen.blank()


# ---- lines of the learner's file -------------------------------------------------------------------------------------


def _lines(screen: Screen, verdict: Verdict, failure: Failure, most: int) -> None:
    if failure.line is None:
        return
    first, *others = excerpts.source_lines(verdict, failure)[:most]
    _source(screen, verdict.file, first[0], excerpts.excerpt_of_line(first[1]))
    for number, text in others:
        _source_line(screen, number, excerpts.excerpt_of_line(text).before)


def _source(screen: Screen, file: str, line: int | None, excerpt: Excerpt) -> None:
    screen.line(Piece("  --> ", "quiet"), Piece(excerpts.place(file, line), "place"))
    if line is None or not (excerpt.before + excerpt.marked).strip():
        return
    gutter = _gutter(screen, line)
    before, marked = screen.shown(excerpt.before), screen.shown(excerpt.marked)
    room = screen.width - screen.cells(gutter)
    # The caret stands below what follows this part, so its end is kept. Half of the room: a letter may take two cells.
    keep = (room - min(screen.cells(marked), room // 2) - 3) // 2
    if marked and screen.cells(before) + screen.cells(marked) > room and len(before) > keep:
        before = f"...{before[-keep:]}"
    screen.line(Piece(gutter, "quiet"), Piece(before), Piece(marked), Piece(excerpt.after))
    if excerpt.marked:
        blank = Piece(gutter.replace(str(line), " " * len(str(line))), "quiet")
        carets = screen.glyphs.caret * max(1, screen.cells(marked))
        left = screen.cells(before)
        screen.line(blank, Piece(" " * left), Piece(carets[: room - left], "caret"))


def _source_line(screen: Screen, line: int, text: str) -> None:
    screen.line(Piece(_gutter(screen, line), "quiet"), Piece(text))


def _gutter(screen: Screen, line: int) -> str:
    return f"{line:4} {screen.glyphs.gutter} "


# ---- what came of it -------------------------------------------------------------------------------------------------


def _values(screen: Screen, failure: Failure, measure: Measure) -> None:
    """Show what went in, what came of it and what should have, one below the other."""
    rows = (
        ("with", failure.inputs, measure.inputs, "strong"),
        ("when", views.cancellation_said(failure), measure.inputs, "strong"),
        ("got", failure.got, measure.values, "error"),
        ("expected", failure.expected, measure.values, "strong"),
    )
    shown = [row for row in rows if row[1] and row[2]]
    width = max((len(label) for label, *_ in shown), default=0) + 2
    for label, text, most, style in shown:
        screen.wrapped(Piece(f"{label}:".ljust(width), style), text, most=most)


def _waiting(screen: Screen, failure: Failure, most: int) -> None:
    waiting = views.waiting_tasks(failure)
    if not waiting:
        return
    more = sum(tasks.count for tasks in waiting[most:])
    screen.line(Piece("these tasks wait:", "strong"), Piece(f"  and {more} more" if more else "", "quiet"))
    for tasks in waiting[:most]:
        line = "" if tasks.line is None else f"line {tasks.line}"
        times = f" ({tasks.count} tasks)" if tasks.count > 1 else ""
        name = screen.fit(tasks.task, 20 - len(times)).rstrip() + times
        left = [Piece(f"  {screen.fit(name, 20)}", "strong"), Piece(f"  {line:10}"), Piece(tasks.awaiting)]
        screen.spread(left, [Piece(waited_since(tasks.since), "quiet")])


def picture(drawn: Drawn, lanes: int) -> tuple[Timeline, ...]:
    """Return what is drawn in so many lanes: one timeline or both, or none if what is left says nothing."""
    if drawn is None or not lanes:
        return ()
    mine, reference = drawn
    if reference is None:
        both: tuple[Timeline, ...] = (cut_to(mine, {lane.label for lane in mine.lanes[:lanes]}),)
    else:
        both = folded(mine, reference, lanes)
    return both if says_something(both[0], both[-1]) else ()


def _picture(screen: Screen, both: Sequence[Timeline]) -> None:
    if both and not screen.glyphs.pictures:
        for caption, timeline in zip(("yours", "reference"), both, strict=False):
            tell_lanes(screen, caption, timeline)
    elif both:
        frame = frame_for(screen, both)
        draw_axis(screen, max(both, key=lambda timeline: timeline.end), frame)
        draw_lanes(screen, "yours", both[0], frame, legend=legend_of(screen, both))
        for timeline in both[1:]:
            draw_lanes(screen, "reference", timeline, frame)


def _output(screen: Screen, failure: Failure, most: int) -> None:
    lines = clean(failure.output, MAX_OUTPUT).strip("\n").split("\n")
    if lines == [""] or not most:
        return
    screen.line(Piece("printed in this play:", "strong"))
    for line in lines[:most]:
        screen.line(Piece(f"  {screen.glyphs.gutter} ", "quiet"), Piece(line))
    more = len(lines) - most
    if more > 0:
        screen.line(Piece(f"  {screen.glyphs.gutter} and {counted(more, 'line')} more", "quiet"))
