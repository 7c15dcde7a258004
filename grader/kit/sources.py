"""Reads a Python file of a kit without running it, and salvages what it can from one that Python cannot read.

A statement that is no Python is blanked out, and its lines stay, so that everything else in the file can still be
checked, and stands on the line where its author sees it.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.kit.faults import Problem, Report
from grader.kit.tables import read_reported

_CORRECT = "Correct the line; everything else in the file has been checked without this statement."
_GOES_ON = re.compile(r"[ \t#)\]}]|$|(else|elif|except|finally)\b")
"""How a line begins that belongs to the statement above it, or to none."""
_NEEDS_MORE = re.compile(r"was never closed|unterminated triple-quoted")
"""What Python says of a statement that may go on in a later line, even one that begins at the margin."""
_AT_ANOTHER_LINE = re.compile(r"on line (\d+)$")
_DETECTED = re.compile(r" \(detected at line \d+\)$")
"""What Python adds of a text that is not closed: a line counted from where the statement begins, and no help."""
_Unreadable = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python raises for a text that it cannot read: the last three for a null byte, and for brackets too deep."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A Python file of a kit, as far as Python can read it."""

    path: Path
    written: str
    """The text of the file."""
    text: str
    """The same with its broken statements blanked out."""
    tree: ast.Module
    """The tree of ``text``."""
    broken: str
    """The statements that are blanked out."""

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree. They are asked for many times, and finding them takes longer than parsing."""
        return tuple(ast.walk(self.tree))


def read_source(path: Path, report: Report, *, of_statements: Report) -> Source | None:
    """Read a Python file; None, and a report, if it cannot be read at all.

    Each statement that is no Python goes to ``of_statements``.
    """
    written = read_reported(path, report)
    if written is None:
        return None
    # Python warns of what it may refuse one day, such as an unknown escape; that is no news to a learner.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text, problems = _mended(written)
        tree = ast.parse(text)
    for problem in problems:
        of_statements(path=path, line=problem.line, what=problem.what, hint=problem.hint)
    kept = text.split("\n")
    broken = [line for number, line in enumerate(written.split("\n")) if line != kept[number]]
    return Source(path=path, written=written, text=text, tree=tree, broken="\n".join(broken))


def blanked(text: str, spans: Iterable[range]) -> str:
    """The text without the lines of these numbers, which are left empty."""
    numbers = {number for span in spans for number in span}
    return "\n".join("" if number in numbers else line for number, line in enumerate(text.split("\n"), start=1))


def span_of(statement: ast.stmt) -> range:
    """The lines of a statement, with its decorators."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return range(first, (statement.end_lineno or statement.lineno) + 1)


# ---- mending ---------------------------------------------------------------------------------------------------------


def _mended(text: str) -> tuple[str, list[Problem]]:
    """The text without the statements that are no Python, and what is wrong with each."""
    error = _error_in(text)
    if error is None:
        return text, []
    problems = []
    lines = text.split("\n")
    for span in _statements(lines):
        found = _error_in("\n".join(lines[span.start - 1 : span.stop - 1]))
        if found is not None:
            problems.append(_problem(found, span, span.start - 1))
            text = blanked(text, [span])
    # What is wrong only in its place, such as a second `from __future__`, is found in the whole, one at a time.
    while (error := _error_in(text)) is not None:
        line = _line(error)
        span = next((span for span in _statements(text.split("\n")) if line in span), range(1, len(lines) + 1))
        problems.append(_problem(error, span, 0))
        text = blanked(text, [span])
    return text, sorted(problems)


def _error_in(text: str) -> Exception | None:
    """Why Python cannot read a text."""
    try:
        # Not ast.parse: what is no error of the grammar, such as a `return` at the top level, is found only by this.
        compile(text, "<kit>", "exec", dont_inherit=True)
    except _Unreadable as error:
        return error
    return None


def _problem(error: Exception, span: range, before: int) -> Problem:
    """What is wrong in a statement; ``before`` is the number of lines in front of the text that was read."""
    line = min(max(_line(error) + before, span.start), span.stop - 1)
    said = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    said = _DETECTED.sub("", said)
    # Python says of a block that is missing where the next statement begins, and names the line of its head in words.
    if (named := _AT_ANOTHER_LINE.search(said)) is not None:
        line = int(named[1]) + before
        said = f"{said[: named.start(1)]}{line}"
    return Problem(line, f"not Python: {said}", _CORRECT)


def _line(error: Exception) -> int:
    return (error.lineno if isinstance(error, SyntaxError) else None) or 1


def _statements(lines: list[str]) -> Iterator[range]:
    """The numbers of the lines of each statement at the top level, whether it is Python or not.

    A statement begins at the margin, and a decorator belongs to the one below it. Text at the margin inside of a
    bracket or of a triple-quoted text is no new statement: whether it stands there is found by trying.
    """
    starts = list(_starts(lines))
    while starts:
        first = starts.pop(0)
        taken = _parts_of_statement(lines, first, [*starts, len(lines) + 1])
        yield range(first, ([*starts, len(lines) + 1])[taken])
        del starts[:taken]


def _starts(lines: list[str]) -> Iterator[int]:
    decorated = False
    for number, line in enumerate(lines, start=1):
        if not _GOES_ON.match(line):
            if not decorated:
                yield number
            decorated = line.startswith("@")


def _parts_of_statement(lines: list[str], first: int, ends: list[int]) -> int:
    """How many of the pieces that follow belong to the statement that begins in this line; 0 if it is broken."""
    for count, end in enumerate(ends):
        error = _error_in("\n".join(lines[first - 1 : end - 1]))
        if error is None:
            return count
        if not _NEEDS_MORE.search(str(error)):
            return 0
    return 0
