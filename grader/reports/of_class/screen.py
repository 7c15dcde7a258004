"""What ``grade class`` shows: how far it is, and then the class in one table, what was left over, and the verdict last.

How far it is shows as a bar on a terminal, and elsewhere as a line every ten seconds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.classroom.found import LeftOver
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.reports.of_class.figures import MEAN_OF, Figures, count, figures, percent
from grader.reports.of_class.learner_marks import marked
from grader.reports.screen import Glyphs, Piece, Screen
from grader.reports.terminal import show_run_verbose
from grader.rounding import MEANS, number_said, rounded
from grader.text import clean_line, counted

if TYPE_CHECKING:
    from rich.console import Console

    from grader.classroom.run import RunProgress

LISTED = 8
"""The most left-over files that are named; the page of the class names all of them."""
NAME_WIDTH = 17
MAX_KEY = 60
EVERY_SECONDS = 10.0


def show_class(
    console: Console, results: ClassResults, *, notes: Sequence[str], written: Sequence[str], glyphs: Glyphs
) -> None:
    """Show a class that has been graded; ``written`` are the files, as they are typed from this folder."""
    screen = Screen(console, glyphs)
    _show_table(screen, results)
    _show_not_gradable(screen, results.marks)
    _show_changed(screen, results.marks)
    intake = results.intake
    _show_left_over(screen, "refused, and not read", intake.refused)
    _show_left_over(screen, "not graded, because they are no learner's answer", intake.unmatched)
    _show_left_over(screen, "not on the roster, but graded", intake.strangers)
    _show_sentences(screen, "moved", results.moved)
    _show_sentences(screen, "note", notes)
    screen.blank()
    for number, name in enumerate(written):
        screen.line(Piece("written: " if number == 0 else "         "), Piece(name, "place"))
    if written:
        screen.blank()
    show_class_quiet(console, results, glyphs=glyphs)


def show_learner(console: Console, results: ClassResults, key: str, *, glyphs: Glyphs) -> None:
    """Show what the gradebook holds of one learner, whose marks have their verdicts, and every verdict in full."""
    found = marked(results, key)
    screen = Screen(console, glyphs)
    verdicts = [mark.verdict for mark in results.by_learner[key] if mark.verdict]
    show_run_verbose(console, verdicts, glyphs=glyphs, commands=())
    screen.blank()
    screen.line(Piece(found.learner, "strong"), Piece(f"  {clean_line(key, MAX_KEY)}", "quiet"))
    for text in found.remarks:
        screen.wrapped(Piece("      "), text)
    for exercise in found.exercises:
        name = [Piece(f"{exercise.id:<6}", "strong"), Piece(screen.fit(exercise.title, 50))]
        screen.spread(name, [Piece(exercise.mark or "-")])
        for text in (*(f"{why}." for why in exercise.why), exercise.verdict, *exercise.remarks):
            screen.wrapped(Piece("      "), text, "quiet")
    screen.spread([Piece("total", "strong")], [Piece(found.total or "-", "strong")])
    for text in found.total_why:
        screen.wrapped(Piece("      "), f"{text}.", "quiet")


def show_class_quiet(console: Console, results: ClassResults, *, glyphs: Glyphs) -> None:
    """Show the last line alone, how many were judged and how well, and before it what is still to be judged, if any."""
    screen = Screen(console, glyphs)
    unsettled = count(results.marks, Standing.NOT_JUDGED)
    if unsettled:
        text = f"{counted(unsettled, 'submission')} NOT JUDGED, through no fault of the learner: totals are not final"
        screen.wrapped(Piece(""), text, "fail")
    screen.spread([Piece(summary(results), "strong")], [Piece(_reached(results), "strong")])


def summary(results: ClassResults) -> str:
    """Say how many submissions of how many learners were judged."""
    handed_in = [mark for mark in results.marks if mark.standing is not Standing.MISSING]
    judged = count(handed_in, Standing.JUDGED)
    learners = counted(len(results.intake.learners), "learner")
    return f"{learners}, {judged} of {counted(len(handed_in), 'submission')} judged"


def _reached(results: ClassResults) -> str:
    share = percent(results.marks)
    return "NOTHING WAS JUDGED" if share is None else f"{number_said(share, MEANS)} % of the points"


# ---- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column of the table: a heading of two lines, its width, and the cell of each row."""

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


def _columns(rows: Sequence[Figures]) -> list[TableColumn]:
    unsettled = TableColumn(above="not", heading="judged", width=8, cell=lambda row: f"{row.not_judged}", style="fail")
    return [
        TableColumn(heading="judged", width=7, cell=lambda row: f"{row.judged}"),
        TableColumn(above="not", heading="gradable", width=10, cell=lambda row: f"{row.not_gradable}", style="fail"),
        *([unsettled] if any(row.not_judged for row in rows) else []),
        TableColumn(heading="missing", width=9, cell=lambda row: f"{row.missing}"),
        TableColumn(above="pass", heading="all", width=6, cell=lambda row: f"{row.complete}"),
        TableColumn(heading="mean", width=7, cell=lambda row: _number(row.mean)),
        TableColumn(heading="median", width=8, cell=lambda row: _number(row.median)),
    ]


def _number(number: float | None) -> str:
    return "-" if number is None else f"{rounded(number, MEANS)}"


def _piece(column: TableColumn, cell: str) -> Piece:
    return Piece(f"{cell:>{column.width}}", "plain" if cell == "0" else column.style)


# ---- what to see to --------------------------------------------------------------------------------------------------


def _show_not_gradable(screen: Screen, marks: Sequence[Mark]) -> None:
    wrong = [mark.judged.verdict for mark in marks if mark.judged and mark.standing is Standing.CANNOT_JUDGE]
    kinds = Counter(verdict.fault for verdict in wrong)
    if kinds:
        by_kind = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
        screen.blank()
        screen.wrapped(Piece("not gradable: ", "note"), f"{kinds.total()} ({by_kind}); class.html shows the lines")


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
    for file in left[:LISTED]:
        screen.wrapped(Piece("  "), file.shown, "place", most=2)
        screen.wrapped(Piece("    "), file.reason, most=2)
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


# ---- how far it is ---------------------------------------------------------------------------------------------------


@contextmanager
def watching(console: Console) -> Iterator[Callable[[RunProgress], None]]:
    """Give a function to call with every step of progress; on a terminal the bar disappears when the block is left."""
    if not console.file.isatty():  # whatever --color says: a bar that moves does not belong in a log
        yield _Lines(console)
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(bar_width=28), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, refresh_per_second=5) as bar:
        task = bar.add_task("", total=None)

        def show(progress: RunProgress) -> None:
            bar.update(task, total=progress.files, completed=progress.files_done, description=progress_said(progress))

        yield show


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = time.monotonic() + EVERY_SECONDS

    def __call__(self, progress: RunProgress) -> None:
        if time.monotonic() >= self._next:
            self._console.print(progress_said(progress), markup=False, highlight=False, soft_wrap=True)
            self._next = time.monotonic() + EVERY_SECONDS


def progress_said(progress: RunProgress) -> str:
    """Say in one line how far a run is."""
    parts = [f"{progress.learners_done} of {counted(progress.learners, 'learner')} done"]
    if progress.not_gradable:
        parts.append(f"{progress.not_gradable} not gradable")
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    if progress.files_done == progress.files:
        parts.append("writing the pages")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min" if minutes >= 10 else f"{minutes} min {rest:02} s"
