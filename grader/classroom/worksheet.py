"""The columns of Moodle's grading worksheet, by their headings in English, and in other languages by their shape.

Moodle writes the headings in the language of the person who downloads it, and always in this order: identifier, full
name, fields of the person, status, group, marker, grade, maximum grade, workflow state, whether the grade can be
changed, last modified (submission), texts that were handed in, last modified (grade), feedback. Some are left out by
the settings of the assignment. Source: the constructor in mod/assign/gradingtable.php of
https://github.com/moodle/moodle . The shape of a column is what its cells look like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from grader.classroom.people import words_of
from grader.classroom.sheet import Sheet

_HEADINGS = ("identifier", "grade", "maximum grade", "last modified grade")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_IDENTIFIER = re.compile(r"(?P<prefix>.*\D)(?P<number>\d+)", re.DOTALL)
_YEAR = re.compile(r"[0-9]{4}|[\u0660-\u0669]{4}|[\u06f0-\u06f9]{4}")
_NO = frozenset(
    ["no", "nein", "non", "não", "nee", "nej", "nei", "ei", "ne", "nie", "nu", "nem", "hayır", "нет", "ні", "не"]
) | frozenset(["όχι", "לא", "لا", "いいえ", "否", "아니오"])
"""How Moodle says no in the languages that it is used in most. Its import passes over grades that must not be changed
(``process_import_grades`` in mod/assign/feedback/offline/locallib.php), so nothing is lost where a word is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """Where the columns of a grading worksheet are, counted from 0; None is a column that is not there."""

    identifier: int
    name: int | None
    email: int | None
    grade: int
    most: int
    """The column of the maximum grade."""
    lock: int | None
    """The column that says whether a grade can be changed."""
    comments: int | None

    def is_locked(self, sheet: Sheet, row: int) -> bool:
        """Whether the worksheet says that the grade of this row must not be changed."""
        return self.lock is not None and sheet.text(row, self.lock).strip().casefold() in _NO


def worksheet_of(sheet: Sheet) -> Worksheet | None:
    """The columns, or None if this is no grading worksheet, or not clearly one."""
    return _by_headings(sheet) or _by_shape(sheet)


def missing_heading(sheet: Sheet) -> str:
    """The first heading that a worksheet in English has and this table has not; empty if it has them all."""
    headings = _headings(sheet)
    return next((heading for heading in _HEADINGS if heading not in headings), "")


def _headings(sheet: Sheet) -> list[str]:
    return [" ".join(words_of(text)) for text in sheet.texts(0)]


def _by_headings(sheet: Sheet) -> Worksheet | None:
    if missing_heading(sheet):
        return None
    headings = _headings(sheet)
    at = {heading: headings.index(heading) for heading in headings}
    return Worksheet(
        identifier=at["identifier"],
        name=at.get("full name"),
        email=at.get("email address"),
        grade=at["grade"],
        most=at["maximum grade"],
        lock=at.get("grade can be changed"),
        comments=at.get("feedback comments"),
    )


# ---- by their shape --------------------------------------------------------------------------------------------------


def _by_shape(sheet: Sheet) -> Worksheet | None:
    columns = _columns(sheet)
    if not columns or not _is_identifier(columns[0]):
        return None
    most = [at for at in range(2, len(columns)) if _is_maximum(columns[at], columns[at - 1])]
    if len(most) != 1:
        return None
    grade = most[0] - 1
    email = _first(range(1, grade), lambda at: _all(columns[at], lambda cell: "@" in cell))
    # Without names and addresses, as in blind marking, the next column is the status.
    is_name = grade > 1 and email != 1 and (email is not None or len(set(columns[1])) == len(columns[1]))
    words = list(takewhile(lambda at: _all(columns[at], _is_word), range(grade + 2, len(columns))))
    after = range(words[-1] + 1 if words else grade + 2, len(columns))
    marked = _first(reversed(after), lambda at: _all(columns[at], _is_moment))
    if marked is None:
        return None
    has_comments = marked + 1 < len(columns) and all(not cell or cell.startswith("<") for cell in columns[marked + 1])
    return Worksheet(
        identifier=0,
        name=1 if is_name else None,
        email=email,
        grade=grade,
        most=most[0],
        lock=words[-1] if words else None,
        comments=marked + 1 if has_comments else None,
    )


def _columns(sheet: Sheet) -> list[list[str]]:
    """The cells of each column below its heading, without lines that are empty."""
    rows = [row for row in range(1, len(sheet.rows)) if any(text.strip() for text in sheet.texts(row))]
    return [[sheet.text(row, at).strip() for row in rows] for at in range(len(sheet.rows[0]))] if rows else []


def _is_identifier(cells: Sequence[str]) -> bool:
    """Whether every cell is the same words and a number of its own: ``Teilnehmer/in3001``."""
    parts = [_IDENTIFIER.fullmatch(cell) for cell in cells]
    prefixes = {part["prefix"] for part in parts if part}
    return None not in parts and len(prefixes) == 1 and len(set(cells)) == len(cells)


def _is_maximum(cells: Sequence[str], before: Sequence[str]) -> bool:
    """Whether every cell is the same number, and the column before has no number that is larger."""
    if len(set(cells)) != 1 or not _NUMBER.fullmatch(cells[0]):
        return False
    most = _as_number(cells[0])
    grades = [cell for cell in before if cell]
    return all(_NUMBER.fullmatch(cell) and _as_number(cell) <= most for cell in grades)


def _as_number(text: str) -> float:
    return float(text.replace(",", "."))


def _is_word(cell: str) -> bool:
    return cell != "-" and not any(char.isdigit() for char in cell)


def _is_moment(cell: str) -> bool:
    return cell == "-" or (_YEAR.search(cell) is not None and "<" not in cell)


def _all(cells: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return all(cell and fits(cell) for cell in cells)


def _first(columns: Iterable[int], fits: Callable[[int], bool]) -> int | None:
    return next(filter(fits, columns), None)
