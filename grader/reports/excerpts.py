"""A line of the learner's file, as reports quote it: where it stands, and which part of it is meant."""

from __future__ import annotations

from dataclasses import dataclass

from grader.submission import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A source line in three parts: the middle one is what the caret underlines."""

    before: str
    marked: str
    after: str


def excerpt_of_fault(fault: Fault) -> Excerpt:
    """Split the line of a fault at what the caret underlines."""
    if fault.column is None:
        return Excerpt(before=_detabbed(fault.text), marked="", after="")
    start = max(0, fault.column - 1)
    end = start + max(1, fault.width)
    before = _detabbed(fault.text[:start])
    # A syntax error may point behind the end of the line, where something is missing.
    return Excerpt(before=before, marked=_detabbed(fault.text[start:end]) or " ", after=_detabbed(fault.text[end:]))


def excerpt_of_line(source: str) -> Excerpt:
    return Excerpt(before=_detabbed(source), marked="", after="")


def _detabbed(text: str) -> str:
    return text.rstrip("\r\n").replace("\t", "    ")


def place(file: str, line: int | None) -> str:
    """Say where: ``join.py:9``."""
    return file if line is None else f"{file}:{line}"
