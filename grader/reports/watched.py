"""What ``grade watch`` shows, and the two ways to show it that need no terminal: in letters, and as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grader.judge.documents import run_document
from grader.judge.progress import Progress
from grader.judge.verdict import Verdict
from grader.reports import terminal
from grader.reports.changes import Changes
from grader.reports.screen import Glyphs, Piece, Screen

if TYPE_CHECKING:
    from rich.console import Console

NOTHING_CHANGED = Changes()

Show = Callable[..., None]
"""Prints verdicts on a console, in the characters of ``glyphs``."""
Page = Callable[["Console"], None]
"""Prints something on a console that is shown in place of the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A verdict to show. ``so_far`` says that it is on natural order alone, and other schedules are being tried."""

    verdict: Verdict
    changes: Changes = NOTHING_CHANGED
    so_far: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and in a word what it does."""

    key: str
    does: str


class View(Protocol):
    """Where a session of watching is shown."""

    def natural(self, result: Result, keys: Sequence[Key]) -> None:
        """Show what is known after natural order; a whole result follows soon."""

    def whole(self, result: Result, keys: Sequence[Key]) -> None:
        """Show a result."""

    def busy(self, progress: Progress) -> None:
        """Say that new contents are being checked, beside the old result."""

    def note(self, sentence: str) -> None:
        """Say something besides the result, until the next result comes."""

    def page(self, page: Page) -> None:
        """Show something else until a key is pressed or the next result comes."""

    def back(self) -> bool:
        """Show the result again and alone, if a page or a note is shown; whether one was."""

    def in_full(self) -> None:
        """Show every test and every finding of the last result, and the screen as before when asked again."""

    def redraw(self) -> None:
        """Draw it again, as the terminal may have another size."""

    def leave(self) -> None:
        """Put the cursor below everything."""


# ---- lines -----------------------------------------------------------------------------------------------------------


def changes_line(screen: Screen, result: Result) -> None:
    """Say in a line which tests have got better and which worse since the last run; nothing if none has."""
    changes = result.changes
    if not (changes.better or changes.worse):
        return
    pieces = [Piece("since the last run: ")]
    pieces += [Piece(f" +{number}", "pass") for number in changes.better]
    pieces += [Piece(f" -{number}", "fail") for number in changes.worse]
    if len(changes.better + changes.worse) == 1:
        (number,) = changes.better + changes.worse
        pieces += [Piece(f" {test.label}") for test in result.verdict.tests if test.number == number]
    screen.line(*pieces)


def key_line(screen: Screen, keys: Sequence[Key]) -> None:
    """Print the keys and what they do, over as many lines as they need."""
    for line in _packed(screen, keys):
        pieces = [(Piece(f"{'  ' if key is not line[0] else ''}{key.key} ", "strong"), Piece(key.does)) for key in line]
        screen.line(*(piece for pair in pieces for piece in pair))


def _packed(screen: Screen, keys: Sequence[Key]) -> Iterator[list[Key]]:
    line: list[Key] = []
    for key in keys:
        if line and sum(screen.cells(f"{each.key} {each.does}  ") for each in (*line, key)) > screen.width + 2:
            yield line
            line = []
        line.append(key)
    if line:
        yield line


# ---- one after the other ---------------------------------------------------------------------------------------------


class Printed:
    """Prints results one after the other, as ``grade`` prints one; for pipes, and for those who read by ear.

    ``show`` prints one. ``keys`` says whether there is a keyboard.
    """

    def __init__(self, console: Console, glyphs: Glyphs, show: Show = terminal.show_run, *, keys: bool = False) -> None:
        self._console = console
        self._glyphs = glyphs
        self._show = show
        self._keys = keys
        self._last: Result | None = None

    def natural(self, result: Result, keys: Sequence[Key]) -> None:
        pass

    def whole(self, result: Result, keys: Sequence[Key]) -> None:
        screen = Screen(self._console, self._glyphs)
        if self._last is not None:
            screen.blank()
        self._last = result
        self._show(self._console, (result.verdict,), glyphs=self._glyphs)
        changes_line(screen, result)
        if self._keys:
            key_line(screen, keys)
        self._console.file.flush()

    def busy(self, progress: Progress) -> None:
        pass

    def note(self, sentence: str) -> None:
        Screen(self._console, self._glyphs).wrapped(Piece("note: ", "note"), sentence)
        self._console.file.flush()

    def page(self, page: Page) -> None:
        page(self._console)
        self._console.file.flush()

    def back(self) -> bool:
        return False

    def in_full(self) -> None:
        if self._last is not None:
            terminal.show_run_verbose(self._console, (self._last.verdict,), glyphs=self._glyphs)
            self._console.file.flush()

    def redraw(self) -> None:
        pass

    def leave(self) -> None:
        pass


class JsonLines:
    """Prints one line of JSON for each whole result: what ``grade --json`` prints, and the tests that have changed."""

    def __init__(self, echo: Callable[[str], None], complain: Callable[[str], None], *, version: str) -> None:
        self._echo = echo
        self._complain = complain
        self._version = version

    def natural(self, result: Result, keys: Sequence[Key]) -> None:
        pass

    def whole(self, result: Result, keys: Sequence[Key]) -> None:
        document = json.loads(run_document((result.verdict,), version=self._version))
        document["better"], document["worse"] = result.changes.better, result.changes.worse
        # As in ``run_document``: a log of GitHub Actions obeys it anywhere.
        self._echo(json.dumps(document, ensure_ascii=True).replace("##[", "#\\u0023["))

    def busy(self, progress: Progress) -> None:
        pass

    def note(self, sentence: str) -> None:
        self._complain(sentence)

    def page(self, page: Page) -> None:
        pass

    def back(self) -> bool:
        return False

    def in_full(self) -> None:
        pass

    def redraw(self) -> None:
        pass

    def leave(self) -> None:
        pass
