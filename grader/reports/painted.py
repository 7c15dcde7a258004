"""The screen of ``grade watch`` on a terminal, each time drawn over the one before.

From the top: how many tests pass, the table of them, what has changed since the last run, one finding, the verdict, and
last the keys, as the eye goes to the end. Where it does not all fit, the table shrinks to a row of marks for each
backend, then the picture of the finding goes and lines of its other parts; the verdict and the keys always stay.

The screen is the terminal's own and no alternate one: the last result is still there when the command has ended, and a
long page can be scrolled back. It is written in one go and not wiped first, which would flicker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.judge.progress import Progress
from grader.judge.verdict import Outcome, Status, TestResult, Verdict
from grader.reports import terminal, views
from grader.reports.finding_text import Measure, show_fault, show_finding, show_remark
from grader.reports.screen import Clipped, Glyphs, Piece, Screen, Sketch
from grader.reports.watched import Key, Page, Result, changes_line, key_line
from grader.rounding import number_said
from grader.text import counted

if TYPE_CHECKING:
    from rich.console import Console

HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
GROUP = 5
"""Tests whose marks stand together in the row of a backend."""
MARGIN = 11
"""Columns before the marks, for the name of the backend."""
MOST_NOTE = 4
"""Lines of a note."""

TRYING_OTHERS = "trying other orders of steps"


class Painted:
    """Draws on a terminal."""

    def __init__(self, console: Console, glyphs: Glyphs) -> None:
        self._console = console
        self._glyphs = glyphs
        self._result: Result | None = None
        self._keys: Sequence[Key] = ()
        self._note = self._busy = ""
        self._page: Page | None = None
        self._kept: tuple[Result, tuple[int, int], str] | None = None
        self._in_full = False
        """Whether the page is the result itself, with all of it."""
        # What the user has on the screen goes up into the terminal's memory, and is not drawn over.
        self._write("\n" * (console.size.height - 1))

    def natural(self, result: Result, keys: Sequence[Key]) -> None:
        self._result, self._keys, self._note, self._busy, self._page = result, keys, "", "", None
        self.redraw()

    def whole(self, result: Result, keys: Sequence[Key]) -> None:
        begun = self._result is not None and self._result.so_far
        if begun and (self._page is not None or self._note):
            # The user has asked for it since natural order was shown; the rest of the same run does not take it away.
            self._result, self._keys, self._busy = result, keys, ""
            self.redraw()
            return
        self.natural(result, keys)

    def busy(self, progress: Progress) -> None:
        tests = len(progress.exercise.tests)
        self._busy = f"checking: test {progress.test.number} of {tests} on {progress.backend}"
        if self._page is None:
            self.redraw()

    def note(self, sentence: str) -> None:
        self._note, self._busy, self._page = sentence, "", None
        self.redraw()

    def page(self, page: Page) -> None:
        self._page, self._note, self._in_full = page, "", False
        self.redraw()

    def back(self) -> bool:
        was_there = self._page is not None or bool(self._note)
        self._page, self._note = None, ""
        if was_there:
            self.redraw()
        return was_there

    def in_full(self) -> None:
        if self._result is None or (self._in_full and self.back()):
            return
        verdict = self._result.verdict
        self.page(lambda console: terminal.show_run_verbose(console, (verdict,), glyphs=self._glyphs, commands=()))
        self._in_full = True

    def redraw(self) -> None:
        drawn = self._of_page(self._page) if self._page is not None else self._of_result()
        lines = drawn.rstrip("\n").split("\n")
        self._write(HOME + "\n".join(line + REST_OF_LINE for line in lines) + REST_OF_SCREEN)

    def leave(self) -> None:
        self._write("\n")

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()

    def _of_page(self, page: Page) -> str:
        with self._console.capture() as captured:
            page(self._console)
            screen = Screen(self._console, self._glyphs)
            screen.blank()
            screen.line(Piece("any key: back to the result", "quiet"))
        return captured.get()

    def _of_result(self) -> str:
        screen = Screen(self._console, self._glyphs)
        ending = Sketch(screen)
        self._ending(ending)
        above = "" if self._result is None else self._above(self._result, self._console.size.height - ending.height)
        with self._console.capture() as captured:
            self._ending(screen)
        return above + captured.get()

    def _above(self, result: Result, height: int) -> str:
        """What stands above the ending. To lay it out takes as long as several plays, so it is kept."""
        room = self._console.size.width, height
        if self._kept is None or self._kept[0] is not result or self._kept[1] != room:
            with self._console.capture() as captured:
                draw_result(Screen(self._console, self._glyphs), result, height)
            self._kept = result, room, captured.get()
        return self._kept[2]

    def _ending(self, screen: Screen) -> None:
        if self._note:
            screen.wrapped(Piece("note: ", "note"), self._note, most=MOST_NOTE)
        if self._result is not None:
            _verdict_line(screen, self._result, self._busy)
        elif self._busy:
            screen.line(Piece(self._busy, "quiet"))
        key_line(screen, self._keys)


# ---- the result, down to its verdict ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of a result is drawn: its table in full or in rows of marks, and how much of its finding."""

    whole_table: bool
    measure: Measure


def draw_result(screen: Screen, result: Result, height: int) -> None:
    """Draw a result, all but its verdict line, in at most so many lines."""
    finding = views.main_finding(result.verdict)
    picture = None if finding is None else views.timelines(finding.failure)

    def draw(screen: Screen, plan: Plan) -> None:
        _head(screen, result, plan)
        if finding is None:
            _without_finding(screen, result.verdict)
        else:
            terminal.reasons(screen, result.verdict)
            show_finding(screen, result.verdict, finding, picture, plan.measure)

    for plan in _plans(terminal.measures(picture)):
        sketch = Sketch(screen)
        draw(sketch, plan)
        if sketch.height <= height:
            break
    draw(Clipped(screen, height), plan)


def _plans(measures: Sequence[Measure]) -> Iterator[Plan]:
    """From the plan that takes the most lines to the one that takes the least."""
    yield Plan(whole_table=True, measure=measures[0])
    for measure in measures:
        yield Plan(whole_table=False, measure=measure)


def _head(screen: Screen, result: Result, plan: Plan) -> None:
    verdict = result.verdict
    terminal.title_with_counts(screen, verdict)
    if plan.whole_table and verdict.tests:
        screen.blank()
        terminal.table(screen, verdict)
        changes_line(screen, result)
        return
    _rows_of_marks(screen, verdict)
    terminal.part_lines(screen, verdict)
    terminal.failing_tests(screen, verdict, plan.measure.failed, rest="v shows them")
    changes_line(screen, result)
    screen.blank()


def _without_finding(screen: Screen, verdict: Verdict) -> None:
    for fault in verdict.faults[: terminal.MOST_FAULTS]:
        show_fault(screen, verdict, fault)
    if (more := len(verdict.faults) - terminal.MOST_FAULTS) > 0:
        screen.line(Piece(f"and {counted(more, 'more fault')}; v shows them", "quiet"))
    terminal.reasons(screen, verdict)
    for remark in views.remarks(verdict):
        show_remark(screen, verdict, remark)
    terminal.ignored(screen, verdict)


def _rows_of_marks(screen: Screen, verdict: Verdict) -> None:
    """Draw a mark for each test, a row for each backend; nothing if the screen is too narrow for that."""
    groups = [verdict.tests[first : first + GROUP] for first in range(0, len(verdict.tests), GROUP)]
    if not groups or MARGIN + len(groups) * (GROUP + 1) > screen.width:
        return
    numbers = "".join(str(group[0].number).ljust(GROUP + 1) for group in groups)
    screen.line(Piece(" " * MARGIN + numbers, "quiet"))
    for backend in verdict.backends:
        pieces = [Piece(f"  {backend:{MARGIN - 2}}", "quiet")]
        for group in groups:
            pieces += [_mark(screen, test, backend) for test in group]
            pieces.append(Piece(" "))
        screen.line(*pieces)


def _mark(screen: Screen, test: TestResult, backend: str) -> Piece:
    outcome = next((result.outcome for result in test.results if result.backend == backend), None)
    if outcome is None:
        return Piece(" ")
    mark, style = {
        Outcome.PASS: (screen.glyphs.passed.strip() or ".", "pass"),
        Outcome.FAIL: (screen.glyphs.failed.strip() or "F", "fail"),
        Outcome.NOT_JUDGED: ("?", "skipped"),
    }[outcome]
    return Piece(mark, style)


# ---- the verdict -----------------------------------------------------------------------------------------------------


def _verdict_line(screen: Screen, result: Result, busy: str) -> None:
    verdict = result.verdict
    left = [Piece(f"{verdict.exercise}  ", "strong"), *_verdict_said(result)]
    judged = verdict.status in (Status.PASS, Status.FAIL)
    right = busy or (TRYING_OTHERS if result.so_far else views.times_said(verdict) if judged else "")
    screen.spread(left, [Piece(right, "note" if busy or result.so_far else "quiet")])


def _verdict_said(result: Result) -> Iterator[Piece]:
    verdict = result.verdict
    points = f"{number_said(verdict.points)} of {verdict.total} points"
    if result.so_far and verdict.status is Status.PASS:
        yield Piece(f"{points} so far")
        return
    yield Piece(views.STATUS_WORDS[verdict.status], terminal.STATUS_STYLES[verdict.status])
    if verdict.status in (Status.PASS, Status.FAIL):
        # What fails in natural order fails: the points can only become fewer.
        yield Piece(f"  at most {points}" if result.so_far else f"  {points}")
