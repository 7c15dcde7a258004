"""What ``grade class`` shows when it is done: the class in one table, what was left over, and the verdict last."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.classroom.intake import LeftOver
from grader.classroom.marks import Mark, Standing
from grader.classroom.results import ClassResults
from grader.reports.glyphs import Glyphs
from grader.reports.screen import Piece, Screen
from grader.reports.views import counted, whole_points

if TYPE_CHECKING:
    from rich.console import Console

LISTED = 8
"""Left-over files that are named; the page of the class names all of them."""
NAME_WIDTH = 18
COLUMNS = ("judged", "no grade", "missing", "mean", "median", "complete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One exercise in numbers. Mean and median are of the points of what was judged, None if nothing was."""

    id: str
    title: str
    judged: int
    not_gradable: int
    missing: int
    complete: int
    mean: float | None
    median: float | None


def rows(results: ClassResults) -> list[Row]:
    """The exercises of a class in numbers."""
    by_exercise: dict[str, list[Mark]] = {id: [] for id in results.exercises}
    for mark in results.marks:
        by_exercise[mark.exercise].append(mark)
    return [_row(id, results.kit.exercise(id).title, marks) for id, marks in by_exercise.items()]


def _row(id: str, title: str, marks: Sequence[Mark]) -> Row:
    points = [mark.points for mark in marks if mark.standing is Standing.JUDGED and mark.points is not None]
    return Row(
        id=id,
        title=title,
        judged=_count(marks, Standing.JUDGED),
        not_gradable=_count(marks, Standing.CANNOT_JUDGE, Standing.NOT_JUDGED),
        missing=_count(marks, Standing.MISSING),
        complete=sum(mark.standing is Standing.JUDGED and mark.raw >= mark.total for mark in marks),
        mean=statistics.fmean(points) if points else None,
        median=statistics.median(points) if points else None,
    )


def _count(marks: Iterable[Mark], *standings: Standing) -> int:
    return sum(mark.standing in standings for mark in marks)


def show_class(
    console: Console, results: ClassResults, *, notes: Sequence[str], written: Sequence[str], glyphs: Glyphs
) -> None:
    """Show a class that has been graded; ``written`` are files as they are typed from here."""
    screen = Screen(console, glyphs)
    _show_table(screen, results)
    intake = results.intake
    _show_left_over(screen, "refused", intake.refused)
    _show_left_over(screen, "not matched", intake.unmatched)
    _show_left_over(screen, "not on the roster", intake.strangers)
    _show_sentences(screen, "moved", results.moved)
    _show_sentences(screen, "note", notes)
    if written:
        screen.blank()
        for number, name in enumerate(written):
            screen.line(Piece("written: " if number == 0 else "         "), Piece(name, "place"))
    screen.blank()
    show_class_quiet(console, results, glyphs=glyphs)


def show_class_quiet(console: Console, results: ClassResults, *, glyphs: Glyphs) -> None:
    """Show the last line alone: how many were judged, and how well."""
    screen = Screen(console, glyphs)
    screen.spread([Piece(summary(results), "strong")], [Piece(_reached(results), "strong")])


def summary(results: ClassResults) -> str:
    """How many submissions of how many learners were judged."""
    handed_in = [mark for mark in results.marks if mark.standing is not Standing.MISSING]
    judged = _count(handed_in, Standing.JUDGED)
    reused = f", {results.reused} unchanged" if results.reused else ""
    learners = counted(len(results.intake.learners), "learner")
    return f"{learners}, {judged} of {counted(len(handed_in), 'submission')} judged{reused}"


def _reached(results: ClassResults) -> str:
    share = percent(results.marks)
    return "NOTHING WAS JUDGED" if share is None else f"{whole_points(share)} % of the points"


def percent(marks: Iterable[Mark]) -> float | None:
    """Points reached of all that could be had in what was handed in and handled; None if nothing was judged."""
    counting = [mark for mark in marks if mark.standing in (Standing.JUDGED, Standing.CANNOT_JUDGE)]
    total = sum(mark.total for mark in counting)
    if not total or not _count(counting, Standing.JUDGED):
        return None
    return 100 * sum(mark.points or 0.0 for mark in counting) / total


def _show_table(screen: Screen, results: ClassResults) -> None:
    screen.spread([Piece(results.title, "strong")], [Piece(results.intake.because, "quiet")])
    screen.blank()
    heading = " " * (6 + NAME_WIDTH) + "".join(f"{name:>9}" for name in COLUMNS)
    screen.line(Piece(heading, "quiet"))
    for row in rows(results):
        numbers = (row.judged, row.not_gradable, row.missing, row.mean, row.median, row.complete)
        screen.line(
            Piece(f"{row.id:<6}", "strong"),
            Piece(screen.fit(row.title, NAME_WIDTH - 1) + " "),
            *(
                Piece(f"{_number(number):>9}", _style(name, number))
                for name, number in zip(COLUMNS, numbers, strict=True)
            ),
        )


def _number(number: float | None) -> str:
    if number is None:
        return "-"
    return str(number) if isinstance(number, int) else f"{number:.1f}"


def _style(column: str, number: float | None) -> str:
    return "fail" if column == "no grade" and number else "plain"


def _show_left_over(screen: Screen, what: str, left: Sequence[LeftOver]) -> None:
    if not left:
        return
    screen.blank()
    screen.line(Piece(f"{what}: {len(left)}", "note"))
    for one in left[:LISTED]:
        screen.wrapped(Piece("  "), f"{one.shown}: {one.reason}", most=2)
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
