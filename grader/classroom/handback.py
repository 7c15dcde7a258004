"""Writes points into what a platform exported, to be imported there again: same columns, same rows, only our cells new.

Canvas' gradebook (``csv_data`` in https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_exporter.rb) has
a heading line with ``Student``, ``ID``, ``SIS Login ID``, ``Section`` and a column ``Title (number)`` for each
assignment, perhaps a line that says ``Manual Posting``, then a line ``    Points Possible`` in which columns that must
not be written say ``(read only)``. ``EX`` is excused, ``N/A`` is not assigned.

Moodle's grading worksheet is of one assignment and has ``Identifier``, ``Full name``, ``Grade``, ``Maximum grade``,
``Grade can be changed``, ``Last modified (grade)`` and ``Feedback comments``, among others; the import finds columns by
their headings, and skips a grade that was changed on Moodle after the export. Source: ``gradingtable.php`` and
``feedback/offline/importgradeslib.php`` in https://github.com/moodle/moodle/tree/main/mod/assign .
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from grader.classroom.filling import TOTAL as TOTAL
from grader.classroom.filling import Change as Change
from grader.classroom.filling import Filled as Filled
from grader.classroom.filling import Filling
from grader.classroom.filling import Points as Points
from grader.classroom.filling import Results as Results
from grader.classroom.matching import exactly, mentioned, mentioned_by_id
from grader.classroom.people import Learner, words_of
from grader.classroom.sheet import Sheet, read_sheet
from grader.errors import ClassroomError
from grader.kit import Exercise

_CANVAS_TITLE = re.compile(r"(?P<title>.*?)\s*\((?P<number>\d+)\)\s*", re.DOTALL)
_POINTS_POSSIBLE = "Points Possible"
_ABOVE_POINTS = 3
"""Lines that may stand above it: headings, posting policies, and one to spare."""
_NAME_THEM = 'Say which in class.toml: [columns] with a line like ex01 = "Join (12345)".'


def fill_canvas(
    content: bytes,
    results: Results,
    *,
    learners: Sequence[Learner],
    exercises: Sequence[Exercise],
    columns: Mapping[str, str],
    where: Path,
) -> Filled:
    """Fill in the columns of our exercises in an exported gradebook.

    ``columns`` says which column is whose where the titles do not: ``{"ex01": "Join (12345)"}``, with or without the
    number, or the number alone; the key ``total`` means all exercises together. ``where`` is named in messages. Raises
    ClassroomError if this is no gradebook, if a column is not there or not clear, or if there is none for any exercise.
    """
    sheet = read_sheet(content, where=where)
    possible = _possible_row(sheet)
    found = _canvas_columns(sheet, possible, exercises, columns)
    filling = Filling(sheet, learners, results, tuple(exercise.id for exercise in exercises))
    for exercise, column in found.items():
        filling.grades(exercise, column, most=_always(sheet.text(possible, column)), locked=_always(""))
    with_points = {exercise for _, exercise in results}

    return filling.result(without_column=() if TOTAL in found else tuple(sorted(with_points - found.keys())))


def fill_moodle(
    content: bytes,
    results: Results,
    *,
    learners: Sequence[Learner],
    exercises: Sequence[Exercise],
    exercise: str,
    where: Path,
) -> Filled:
    """Fill in grade and comment in a grading worksheet, for one exercise or for ``total``.

    A comment is written where there is none; one that somebody wrote stays. Raises ClassroomError if this is no
    grading worksheet.
    """
    sheet = read_sheet(content, where=where)
    headings = [" ".join(words_of(text)) for text in sheet.texts(0)]
    for name in ("identifier", "grade", "maximum grade", "last modified grade"):
        if name not in headings:
            message = f"{where}:1: this is no grading worksheet of Moodle, it has no column {name!r}"
            hint = "Download the grading worksheet again: of one assignment with points, and with Moodle in English."
            raise ClassroomError(message, hint=hint)
    most = headings.index("maximum grade")
    filling = Filling(sheet, learners, results, tuple(one.id for one in exercises))
    filling.grades(
        exercise,
        headings.index("grade"),
        most=lambda row: sheet.text(row, most),
        locked=_locked(sheet, headings),
    )
    if "feedback comments" in headings:
        filling.comments(exercise, headings.index("feedback comments"))

    return filling.result()


def worksheet_exercise(where: Path, exercises: Sequence[Exercise]) -> str:
    """What a grading worksheet is of, by its name (``Grades-CS1-Join-77.csv``), if more than one exercise was graded.

    Raises ClassroomError if the name does not say.
    """
    found = mentioned(where.stem, exercises) if len(exercises) > 1 else {one.id for one in exercises}
    if len(found) != 1:
        message = f"{where}: the name of this worksheet does not say which exercise it is of"
        raise ClassroomError(message, hint="Rename it to, say, `grades-ex01.csv`, or grade one with `--exercise ex01`.")
    return next(iter(found))


def _locked(sheet: Sheet, headings: Sequence[str]) -> Callable[[int], str]:
    if "grade can be changed" not in headings:
        return _always("")
    column = headings.index("grade can be changed")
    return lambda row: "must not be changed, says the worksheet" if _says_no(sheet.text(row, column)) else ""


def _says_no(text: str) -> bool:
    return text.strip().casefold() == "no"


def _always(text: str) -> Callable[[int], str]:
    return lambda row: text


# ---- the columns of Canvas -------------------------------------------------------------------------------------------


def _possible_row(sheet: Sheet) -> int:
    for row in range(1, min(len(sheet.rows), 1 + _ABOVE_POINTS)):
        if sheet.text(row, 0).strip() == _POINTS_POSSIBLE:
            return row
    message = f"{sheet.where}: this is no gradebook of Canvas, no line says {_POINTS_POSSIBLE!r}"
    raise ClassroomError(message, hint="Export the entire gradebook from Canvas, and do not edit it.")


def _canvas_columns(
    sheet: Sheet, possible: int, exercises: Sequence[Exercise], columns: Mapping[str, str]
) -> dict[str, int]:
    titles = {
        at: title
        for at, text in enumerate(sheet.texts(0))
        if (title := _CANVAS_TITLE.fullmatch(text)) and any(char.isdigit() for char in sheet.text(possible, at))
    }
    found = {exercise: _named_column(sheet, titles, exercise, text) for exercise, text in columns.items()}
    left = {at: title for at, title in titles.items() if at not in found.values()}
    if TOTAL not in found:
        for exercise in exercises:
            column = _column_of(sheet, left, exercise, exercises) if exercise.id not in found else None
            if column is not None:
                found[exercise.id] = column
    if not found:
        shown = ", ".join(repr(title[0]) for title in titles.values())[:200] or "none"
        raise ClassroomError(f"{sheet.where}:1: no column is of an exercise; there are {shown}", hint=_NAME_THEM)

    return found


def _named_column(sheet: Sheet, titles: Mapping[int, re.Match[str]], exercise: str, text: str) -> int:
    wanted = text.strip()
    fits = [at for at, title in titles.items() if wanted == title[0].strip()]
    fits = fits or [at for at, title in titles.items() if wanted in (title["title"].strip(), title["number"])]
    if len(fits) != 1:
        what = "there are several columns" if fits else "there is no column for points"
        raise ClassroomError(f"{sheet.where}:1: {what} called {text!r}, which is to be {exercise}'s", hint=_NAME_THEM)
    return fits[0]


def _column_of(
    sheet: Sheet, titles: Mapping[int, re.Match[str]], exercise: Exercise, exercises: Sequence[Exercise]
) -> int | None:
    def fitting(find: Callable[[str, Sequence[Exercise]], Iterable[str]]) -> list[int]:
        return [at for at, title in titles.items() if list(find(title["title"], exercises)) == [exercise.id]]

    # Not by a name within a longer title: "Join the discussion (44)" is another assignment.
    fits = fitting(exactly) or fitting(mentioned_by_id)
    if len(fits) > 1:
        several = " and ".join(repr(titles[at][0]) for at in fits[:3])
        raise ClassroomError(f"{sheet.where}:1: {several} could both be {exercise.id}'s", hint=_NAME_THEM)
    return fits[0] if fits else None
