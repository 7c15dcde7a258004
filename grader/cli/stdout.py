"""Standard output: in characters that the reader can show, and silent once the reader has closed it."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from grader.errors import MachineError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.screen import Glyphs

WIDTH = 80
MIN_WIDTH = 40


class _Forgiving(io.TextIOWrapper):
    """A stream that survives a closed pipe: ``grade ex01 | head -1`` still exits with the code of the verdict."""

    reader_has_left = False
    """Whether nothing that is written reaches anybody any more."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            return self._discard(error)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._discard(error)

    def _discard(self, error: OSError) -> int:
        # Python writes the rest of the buffer at the end of the process; it must find an open file.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        self.reader_has_left = True
        if isinstance(error, BrokenPipeError):
            return 0
        raise MachineError(f"the output cannot be written: {error.strerror}", hint="Free some space.") from error


def take_over() -> None:
    """Make ``sys.stdout`` a stream that can write any text: in ASCII with escapes unless the reader takes UTF-8."""
    if sys.stdout is None:  # the shell closed it: `grade >&-`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return
    encoding = "utf-8" if speaks_utf8() else "ascii"
    sys.stdout = _Forgiving(
        sys.stdout.buffer, encoding=encoding, errors="backslashreplace", line_buffering=sys.stdout.isatty()
    )


def reader_has_left() -> bool:
    """Whether the reader of standard output has closed it."""
    return isinstance(sys.stdout, _Forgiving) and sys.stdout.reader_has_left


def speaks_utf8() -> bool:
    """Whether standard output can show more than ASCII."""
    return (sys.stdout.encoding or "ascii").lower().replace("-", "").replace("_", "") == "utf8"


def say(text: str, *, ascii: bool) -> None:
    """Print text as it is, or with escapes for everything beyond ASCII."""
    # Not click.echo: it takes an ASCII stream for a misconfigured one, and writes UTF-8 to it.
    print(text.encode("ascii", "backslashreplace").decode() if ascii else text)


def described() -> str:
    """What standard output is, for those who look for a reason: ``a terminal of 80 columns, utf-8, xterm, colours``."""
    # Where it does not take UTF-8, ``take_over`` has made it ASCII.
    encoding, terminal = sys.stdout.encoding, os.environ.get("TERM") or "no TERM"
    if not sys.stdout.isatty():
        return f"no terminal, {encoding}"
    colours = "no colours" if os.environ.get("NO_COLOR") or terminal == "dumb" else "colours"
    return f"a terminal of {_columns()} columns, {encoding}, {terminal}, {colours}"


def width() -> int:
    """The columns at which text is wrapped: those of the terminal, and no more than people like to read."""
    if not sys.stdout.isatty():
        return WIDTH
    return max(MIN_WIDTH, min(WIDTH, _columns()))


def _columns() -> int:
    import shutil  # loads the compression libraries, which a pipe can do without

    return shutil.get_terminal_size((WIDTH, 24)).columns


def screen(color: str, *, plain: bool, ascii: bool) -> tuple[Console, Glyphs]:
    """A console on standard output, and the characters it can show.

    ``color`` is ``always``, ``never`` or ``auto``: colours on a terminal only.
    """
    from grader.reports.screen import ASCII, PLAIN, UNICODE

    if plain:
        return _console("never", sys.stdout), PLAIN
    return _console(color, sys.stdout), ASCII if ascii or not speaks_utf8() else UNICODE


def error_console(color: str) -> Console:
    """A console on standard error, for progress and the like."""
    return _console(color, sys.stderr)


def _console(color: str, stream: TextIO) -> Console:
    from rich.console import Console

    if color == "auto" and os.environ.get("NO_COLOR"):
        color = "never"
    return Console(
        file=stream,
        force_terminal={"always": True, "never": False, "auto": None}[color],
        no_color=color == "never",
        width=None if stream.isatty() else WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )
