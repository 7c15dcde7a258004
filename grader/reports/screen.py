"""Puts lines on a terminal: cleaned, in characters that the terminal can show, and never wider than 80 cells.

Only a word of a command to type, such as a long path, may be wider: cut, it would be another command.

Every text report goes through ``Screen``, so a learner's text cannot reach a terminal any other way. There is one table
of glyphs for terminals that speak UTF-8, and one in pure ASCII. rich is imported where it is used: it costs 42 ms, and
most commands print a line or two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.reports.strokes import How, Kind
from grader.text import clean_line

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.progress import Command

MAX_WIDTH = 80
MIN_WIDTH = 40
MAX_TEXT = 2000
"""Characters of one piece that are looked at: far more than fits a line."""
INDENT = " " * 6
"""What stands before a command to type."""

_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")

STYLES = {
    "plain": "",
    "strong": "bold",
    "quiet": "dim",
    "pass": "green",
    "fail": "bold red",
    "skipped": "yellow",
    "error": "bold red",
    "help": "bold cyan",
    "command": "bold",
    "place": "cyan",
    "caret": "bold red",
    "work": "green",
    "wait": "dim",
    "blocked": "red",
    "absent": "dim",
    "axis": "dim",
    "note": "yellow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The characters that text reports draw with; a glyph is one cell wide, and a prefix as long as it is."""

    encoding: str
    passed: str
    failed: str
    here: str
    gutter: str
    caret: str
    pointer: str
    filled: str
    empty: str
    bars: Mapping[Kind, str]
    ends: Mapping[How, str]
    absent: str
    pictures: bool = True
    """Whether bars are drawn. Who listens to the screen hears the same in words."""

    def text(self, text: str) -> str:
        """Write what the terminal cannot show as escapes."""
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)


UNICODE = Glyphs(
    encoding="utf-8",
    passed="✓ ",
    failed="✗ ",
    here="▸ ",
    gutter="│",
    caret="^",
    pointer="↑",
    filled="█",
    empty="░",
    bars={Kind.WORK: "█", Kind.WAIT: "─", Kind.BLOCKED: "▓"},
    ends={How.RETURNED: "│", How.RAISED: "✗", How.CANCELLED: "┤", How.OPEN: "▸"},
    absent="·",
)

ASCII = Glyphs(
    encoding="ascii",
    passed="",
    failed="",
    here="> ",
    gutter="|",
    caret="^",
    pointer="^",
    filled="#",
    empty=".",
    bars={Kind.WORK: "#", Kind.WAIT: "-", Kind.BLOCKED: "!"},
    ends={How.RETURNED: "|", How.RAISED: "x", How.CANCELLED: "]", How.OPEN: ">"},
    absent=".",
)

PLAIN = replace(ASCII, pictures=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, and the name of its style in ``STYLES``."""

    text: str
    style: str = "plain"


class Screen:
    """A console, the glyphs it can show, and the width that is used of it."""

    def __init__(self, console: Console, glyphs: Glyphs) -> None:
        self.console = console
        self.glyphs = glyphs
        self.width = max(MIN_WIDTH, min(MAX_WIDTH, console.width))
        self._rewritable = 0
        """Columns of the line that is rewritten next; 0 for none."""

    def line(self, *pieces: Piece) -> None:
        """Print one line; what does not fit is cut off."""
        self._print(self._fitting(pieces), end="\n")

    def rewrite(self, *pieces: Piece) -> None:
        """Put one line in the place of the one that was put there last. Needs a terminal."""
        from rich.segment import Segment, Segments

        # One column stays free: behind the last one some terminals go on to the next line. The width is asked for
        # again, because the window may have another size by now.
        room = min(MAX_WIDTH, self.console.width) - 1
        shown = tuple(self._fitting(pieces, room))
        columns = sum(self.cells(piece.text) for piece in shown)
        # Blanks go over the rest of the last line, and not an escape sequence: --plain has none.
        rest = Piece(" " * (min(self._rewritable, room) - columns))
        # No control code in rich's sense: it leaves those out on a terminal that is not to be coloured.
        back = Segments([Segment("\r")])
        with self.console:  # one write
            self.console.print(back, end="", soft_wrap=True)
            self._print((*shown, rest), end="")
            self.console.print(back, end="", soft_wrap=True)
        self._rewritable = columns

    def wipe(self) -> None:
        """Take away the line that was put there last."""
        if self._rewritable:
            self.rewrite()

    def _print(self, pieces: Iterable[Piece], *, end: str) -> None:
        from rich.text import Text

        text = Text(end="")
        for piece in pieces:
            text.append(piece.text, style=STYLES[piece.style])
        if end:
            text.rstrip()
        self.console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=True, end=end)

    def uncut(self, *pieces: Piece) -> None:
        """Print one line as long as it is, because a path that is cut can be neither opened nor copied."""
        self._print((Piece(self.shown(piece.text), piece.style) for piece in pieces), end="\n")

    def blank(self) -> None:
        self.line()

    def spread(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        """Print one line with something at either end; the left part is cut where both do not fit."""
        room = self.width - sum(self.cells(piece.text) for piece in right) - 2
        shown = tuple(self._fitting(left, room))
        gap = self.width - sum(self.cells(piece.text) for piece in (*shown, *right))
        self.line(*shown, Piece(" " * gap), *right)

    def wrapped(self, first: Piece, text: str, style: str = "plain", *, most: int = 12) -> None:
        """Print text over several lines, the first after a label and the others under it."""
        indent = " " * self.cells(first.text)
        room = self.width - len(indent)
        lines = self._wrap(text, room)
        if len(lines) > most:
            lines = [*lines[: most - 1], self._wrap(lines[most - 1], room - 4)[0] + " ..."]
        for number, line in enumerate(lines):
            self.line(first if number == 0 else Piece(indent), Piece(line, style))

    def listed(self, indent: str, parts: Sequence[str]) -> None:
        """Print short texts beside each other, as many in a line as fit; none is broken before its end."""
        for line in self._pack(parts, self.width - len(indent), between="   "):
            if line:
                self.line(Piece(indent), Piece(line, "quiet"))

    def commands(self, commands: Sequence[Command]) -> None:
        """Print what to type next, one command on a line, each with what it is good for.

        A command that leaves no room for that stands alone. One that does not fit a line is continued as a shell reads
        it, and never cut: a word that is too long for any line runs over the edge.
        """
        room = self.width - len(INDENT)
        beside = [command for command in commands if self.cells(f"{command.line}    {command.does}") <= room]
        width = max((self.cells(command.line) for command in beside), default=0) + 4
        # Side by side only while the longest description fits behind the longest command.
        beside = [command for command in beside if width + self.cells(command.does) <= room]
        for command in commands:
            if command in beside:
                line = Piece(self.fit(command.line, width), "command")
                self.line(Piece(INDENT), line, Piece(command.does, "quiet"))
                continue
            self._command_alone(command.line, room)
            self.wrapped(Piece(f"{INDENT}  "), command.does, "quiet")

    def _command_alone(self, line: str, room: int) -> None:
        lines = self._pack(_SHELL_WORD.findall(self.shown(line)), room - 4)
        for number, words in enumerate(lines, start=1):
            more = " \\" if number < len(lines) else ""
            before = INDENT if number == 1 else f"{INDENT}  "
            self._print((Piece(before), Piece(f"{words}{more}", "command")), end="\n")

    def shown(self, text: str) -> str:
        """Return one line of text as this terminal can show it."""
        return self.glyphs.text(clean_line(text, MAX_TEXT))

    def cells(self, text: str) -> int:
        """Count the columns of a text: one for most characters, two for wide ones."""
        shown = self.shown(text)
        if shown.isascii():
            return len(shown)
        from rich.cells import cell_len

        return cell_len(shown)

    def fit(self, text: str, width: int) -> str:
        """Cut or pad a text to exactly that many columns."""
        shown = self.shown(text)
        if self.cells(shown) > width:
            shown = self._head(shown, max(0, width - 3)) + "..."[:width]
        return shown + " " * (width - self.cells(shown))

    def _head(self, text: str, width: int) -> str:
        """Return the longest beginning that is not wider than ``width``."""
        if text.isascii():
            return text[:width]
        from rich.cells import chop_cells

        # A wide character does not fit one column, where chop_cells would still give it back.
        head = chop_cells(text, width)[0] if width > 0 else ""
        return head if self.cells(head) <= width else ""

    def _fitting(self, pieces: Sequence[Piece], width: int | None = None) -> Iterator[Piece]:
        room = self.width if width is None else width
        for piece in pieces:
            shown = self.shown(piece.text)
            if self.cells(shown) > room:
                shown = self.fit(shown, room)
            yield Piece(shown, piece.style)
            room -= self.cells(shown)

    def _wrap(self, text: str, width: int) -> list[str]:
        return self._pack(self._words(text, width), width)

    def _pack(self, words: Iterable[str], width: int, between: str = " ") -> list[str]:
        """Join words to lines; one that is wider than a line has a line of its own."""
        lines: list[str] = []
        line = ""
        for word in words:
            joined = f"{line}{between}{word}" if line else word
            if line and self.cells(joined) > width:
                lines.append(line)
                joined = word
            line = joined
        return [*lines, line]

    def _words(self, text: str, width: int) -> Iterator[str]:
        """Yield the words of a text, the long ones in pieces that fit a line."""
        for word in self.shown(text.replace("\n", " ")).split():
            while self.cells(word) > width:
                head = self._head(word, width) or word[:1]
                yield head
                word = word[len(head) :]
            if word:
                yield word


class Indented(Screen):
    """A screen inside of another one: narrower, and with a margin before each line."""

    def __init__(self, screen: Screen, margin: Piece) -> None:
        super().__init__(screen.console, screen.glyphs)
        self.width = max(MIN_WIDTH, screen.width - screen.cells(margin.text))
        self._margin = margin

    def _print(self, pieces: Iterable[Piece], *, end: str) -> None:
        super()._print((self._margin, *pieces), end=end)


class Sketch(Screen):
    """A screen of the same width that prints nothing and counts its lines."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen.console, screen.glyphs)
        self.width = screen.width
        self.height = 0

    def _print(self, pieces: Iterable[Piece], *, end: str) -> None:
        # A word of a command that is too long for any line goes on in the next ones.
        cells = sum(self.cells(piece.text) for piece in pieces)
        self.height += max(1, -(-cells // self.width))


class Clipped(Screen):
    """A screen of the same width that prints no more than so many lines, the first ones."""

    def __init__(self, screen: Screen, lines: int) -> None:
        super().__init__(screen.console, screen.glyphs)
        self.width = screen.width
        self._left = lines

    def _print(self, pieces: Iterable[Piece], *, end: str) -> None:
        if self._left > 0:
            super()._print(pieces, end=end)
        self._left -= 1
