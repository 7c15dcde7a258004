"""What ``grade class`` shows when it is done: the class in one table, what was left over, and the verdict last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.classroom.intake import LeftOver
from grader.classroom.marks import Mark, Standing
from grader.classroom.results import ClassResults
from grader.reports.class_figures import MEAN_OF, Figures, count, figures, one_place, percent
from grader.reports.glyphs import Glyphs
from grader.reports.screen import Piece, Screen
from grader.reports.words import counted, whole_points

if TYPE_CHECKING:
    from rich.console import Console

LISTED = 8
"""Left-over files that are named; the page of the class names all of them."""
NAME_WIDTH = 17


def show_class(
    console: Console, results: ClassResults, *, notes: Sequence[str], written: Sequence[str], glyphs: Glyphs
) -> None:
    """Show a class that has been graded; ``written`` are files as they are typed from here."""
    screen = Screen(console, glyphs)
    _show_table(screen, results)
    _show_not_gradable(screen, results.marks)
    _show_changed(screen, results.marks)
    intake = results.intake
    _show_left_over(screen, "refused, and not read", intake.refused)
    _show_left_over(screen, "not graded, as they are nobody's answer", intake.unmatched)
    _show_left_over(screen, "not on the roster, but graded", intake.strangers)
    _show_sentences(screen, "moved", results.moved)
    _show_sentences(screen, "note", notes)
    if written:
        screen.blank()
        for number, name in enumerate(written):
            screen.line(Piece("written: " if number == 0 else "         "), Piece(name, "place"))
    screen.blank()
    show_class_quiet(console, results, glyphs=glyphs)


def show_class_quiet(console: Console, results: ClassResults, *, glyphs: Glyphs) -> None:
    """Show the last line alone: how many were judged, and how well; and what is still to be judged, if anything."""
    screen = Screen(console, glyphs)
    unsettled = count(results.marks, Standing.NOT_JUDGED)
    if unsettled:
        said = f"{counted(unsettled, 'submission')} NOT JUDGED, through no fault of the learner: totals are not final"
        screen.wrapped(Piece(""), said, "fail")
    screen.spread([Piece(summary(results), "strong")], [Piece(_reached(results), "strong")])


def summary(results: ClassResults) -> str:
    """How many submissions of how many learners were judged."""
    handed_in = [mark for mark in results.marks if mark.standing is not Standing.MISSING]
    judged = count(handed_in, Standing.JUDGED)
    learners = counted(len(results.intake.learners), "learner")
    return f"{learners}, {judged} of {counted(len(handed_in), 'submission')} judged"


def _reached(results: ClassResults) -> str:
    share = percent(results.marks)
    return "NOTHING WAS JUDGED" if share is None else f"{whole_points(share)} % of the points"


# ---- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table: a heading of two lines, how wide it is, and what stands in it."""

    above: str = ""
    heading: str
    width: int
    cell: Callable[[Figures], str]
    style: str = "plain"


def _show_table(screen: Screen, results: ClassResults) -> None:
    rows = figures(results)
    columns = _columns(rows)
    screen.line(Piece(results.title, "strong"))
    if results.intake.because:
        screen.wrapped(Piece(""), results.intake.because, "quiet")
    screen.blank()
    margin = " " * (6 + NAME_WIDTH)
    screen.line(Piece(margin + "".join(f"{column.above:>{column.width}}" for column in columns), "quiet"))
    screen.line(Piece(margin + "".join(f"{column.heading:>{column.width}}" for column in columns), "quiet"))
    for row in rows:
        screen.line(
            Piece(f"{row.id:<6}", "strong"),
            Piece(screen.fit(row.title, NAME_WIDTH - 1) + " "),
            *(_piece(column, column.cell(row)) for column in columns),
        )
    screen.wrapped(Piece(""), f"{MEAN_OF}; in the per cent below a file that is not gradable counts as 0", "quiet")


def _columns(rows: Sequence[Figures]) -> list[Column]:
    unsettled = Column(above="not", heading="judged", width=8, cell=lambda row: f"{row.not_judged}", style="fail")
    return [
        Column(heading="judged", width=7, cell=lambda row: f"{row.judged}"),
        Column(above="not", heading="gradable", width=10, cell=lambda row: f"{row.not_gradable}", style="fail"),
        *([unsettled] if any(row.not_judged for row in rows) else []),
        Column(heading="missing", width=9, cell=lambda row: f"{row.missing}"),
        Column(above="pass", heading="all", width=6, cell=lambda row: f"{row.complete}"),
        Column(heading="mean", width=7, cell=lambda row: _number(row.mean)),
        Column(heading="median", width=8, cell=lambda row: _number(row.median)),
    ]


def _number(number: float | None) -> str:
    return "-" if number is None else one_place(number)


def _piece(column: Column, cell: str) -> Piece:
    return Piece(f"{cell:>{column.width}}", "plain" if cell == "0" else column.style)


# ---- what to see to --------------------------------------------------------------------------------------------------


def _show_not_gradable(screen: Screen, marks: Sequence[Mark]) -> None:
    kinds = Counter(one.judged.fault for one in marks if one.judged and one.standing is Standing.CANNOT_JUDGE)
    if kinds:
        said = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
        screen.blank()
        screen.wrapped(Piece("not gradable: ", "note"), f"{kinds.total()} ({said}); class.html shows the lines")


def _show_changed(screen: Screen, marks: Sequence[Mark]) -> None:
    late = sum(mark.days_late > 0 for mark in marks)
    by_hand = sum(bool(mark.override) for mark in marks)
    if late or by_hand:
        screen.blank()
        screen.wrapped(Piece("changed: ", "note"), f"{late} late, {by_hand} set by hand; class.html says what it costs")


def _show_left_over(screen: Screen, what: str, left: Sequence[LeftOver]) -> None:
    if not left:
        return
    screen.blank()
    screen.line(Piece(f"{what}: {len(left)}", "note"))
    for one in left[:LISTED]:
        screen.wrapped(Piece("  "), one.shown, "place", most=2)
        screen.wrapped(Piece("    "), one.reason, most=2)
    if len(left) > LISTED:
        screen.line(Piece(f"  and {len(left) - LISTED} more, all of them in class.html", "quiet"))


def _show_sentences(screen: Screen, what: str, sentences: Sequence[str]) -> None:
    if not sentences:
        return
    screen.blank()
    for sentence in sentences[:LISTED]:
        screen.wrapped(Piece(f"{what}: ", "note"), sentence, most=3)
    if len(sentences) > LISTED:
        screen.line(Piece(f"{what}: {len(sentences) - LISTED} more, all of them in class.html", "quiet"))
