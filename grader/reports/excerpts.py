"""Lines of a learner's file that stand in a report: those of a mistake, what is underlined, and what is round them.

They are passed on as they came; ``grader.text`` cleans them where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.judge.verdict import Failure, Verdict
from grader.policy import submission
from grader.policy.submission import Fault

MAX_SOURCE_LINES = 4
AROUND = 3
"""Lines shown on either side of a mistake where there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A source line in three parts: the middle one is what the caret underlines."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line of the learner's file with its number; ``told`` if it is part of the mistake, and not what is round it."""

    number: int
    excerpt: Excerpt
    told: bool


def excerpt_of_fault(fault: Fault) -> Excerpt:
    """Split the line of a fault at what the caret underlines."""
    if fault.column is None:
        return excerpt_of_line(fault.text)
    start = max(0, fault.column - 1)
    end = start + max(1, fault.width)
    before = _detabbed(fault.text[:start])
    # A syntax error may point behind the end of the line, where something is missing.
    return Excerpt(before=before, marked=_detabbed(fault.text[start:end]) or " ", after=_detabbed(fault.text[end:]))


def excerpt_of_line(source: str) -> Excerpt:
    """A whole line, with nothing underlined."""
    return Excerpt(before=_detabbed(source), marked="", after="")


def source_lines(verdict: Verdict, failure: Failure) -> tuple[tuple[int, str], ...]:
    """Return the numbers and the text of the lines that a mistake spans: one, or the first few of several."""
    if failure.line is None:
        return ()
    last = min(failure.last_line or failure.line, failure.line + MAX_SOURCE_LINES - 1)
    lines = submission.source_lines(verdict.source)
    if failure.line < last <= len(lines):
        return tuple((number, lines[number - 1]) for number in range(failure.line, last + 1))
    return ((failure.line, failure.source),)


def lines_around(verdict: Verdict, told: tuple[tuple[int, str], ...]) -> tuple[ShownLine, ...]:
    """Return the lines of a mistake with those round them, as far as the file has them; blank ones at the ends go."""
    numbers = [number for number, _ in told]
    lines = submission.source_lines(verdict.source)
    texts = {
        number: lines[number - 1]
        for number in range(min(numbers) - AROUND, max(numbers) + AROUND + 1)
        if 1 <= number <= len(lines)
    }
    written = [*numbers, *(number for number, text in texts.items() if text.strip())]
    texts = {number: text for number, text in texts.items() if min(written) <= number <= max(written)} | dict(told)
    return tuple(
        ShownLine(number=number, excerpt=excerpt_of_line(text), told=number in numbers)
        for number, text in sorted(texts.items())
    )


def _detabbed(text: str) -> str:
    return text.rstrip("\r\n").replace("\t", "    ")


def place(file: str, line: int | None) -> str:
    """Say where: ``join.py:9``."""
    return file if line is None else f"{file}:{line}"
