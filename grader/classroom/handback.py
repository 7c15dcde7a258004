"""Gives a class's points back to its platform: in the file that was exported, only our cells are new.

The copy can be imported again, because it has the same columns and rows. A cell that is not ours to change stays, and
the instructor is told of it.

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

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.classroom.matching import exactly, mentioned, mentioned_by_id
from grader.classroom.people import Person
from grader.classroom.remarks import remarks_for
from grader.classroom.roster import make_roster, people_in
from grader.classroom.sheet import Sheet, load_sheet
from grader.classroom.totals import total_of
from grader.classroom.worksheet import missing_heading, worksheet_of
from grader.errors import ClassroomError
from grader.files import write_bytes
from grader.kit.exercise import Exercise
from grader.rounding import POINTS, exact, number_said, rounded
from grader.text import clean_line, counted

TOTAL = "total"
"""The word for all exercises together, where the platform has one assignment for them."""
FAILURES = 5
"""Failing tests that a comment names."""
NAMED = 5
"""People or cells that a note names."""
MAX_TEXT = 300

_EXCUSED = {"EX": "is excused", "N/A": "is not assigned to them"}
_CANVAS_TITLE = re.compile(r"(?P<title>.*?)\s*\((?P<number>\d+)\)\s*", re.DOTALL)
_POINTS_POSSIBLE = "Points Possible"
_ABOVE_POINTS = 3
"""Lines that may stand above it: headings, posting policies, and one to spare."""
_NAME_THEM = 'Say which in class.toml: [columns] with a line like ex01 = "Join (12345)".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The points of one learner for one exercise."""

    points: float
    total: float
    """Points that can be had; what is written is scaled to what the platform's column gives."""
    feedback: str = ""
    """Plain text for Moodle's comment."""


Results = Mapping[tuple[str, str], Points]
"""Points by the key of the learner and the id of the exercise; a cell for which there are none is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A grade that is new in the file. ``old`` is empty if there was none."""

    learner: str
    exercise: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A platform's file with points in it."""

    content: bytes
    changed: tuple[Change, ...]
    kept: tuple[LeftOver, ...]
    """Cells that were left as they are though there are points for them: whose and of what, and why."""
    not_found: tuple[str, ...]
    """Keys of learners with points who are not in the file, or whom another line of it may mean as well."""
    without_column: tuple[str, ...] = ()
    """Exercises with points that the file has no column for."""

    @property
    def replaced(self) -> tuple[Change, ...]:
        """The changes of cells that had another grade."""
        return tuple(change for change in self.changed if change.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack:
    """Which exported files are to be filled. ``columns`` is as in ``class.toml``."""

    out: Path
    exercises: tuple[Exercise, ...]
    canvas: Path | None = None
    moodle: tuple[Path, ...] = ()
    columns: Mapping[str, str]

    def check(self) -> None:
        """Look at the files before anything is graded. Raises ClassroomError."""
        for _ in self._filled({}, ()):
            pass

    def write(self, results: ClassResults) -> Iterator[tuple[Path, Sequence[str]]]:
        """Write a filled copy of every file, and say what came of it. Raises ClassroomError."""
        names = {learner.key: learner.name for learner in results.intake.learners}
        for source, filled in self._filled(points_of(results), results.intake.learners):
            path = self.out / f"{source.stem}.filled{source.suffix}"
            write_bytes(path, [filled.content], option="--out OUT")
            yield path, tuple(_notes(source.name, filled, names))

    def _filled(self, results: Results, learners: Sequence[Learner]) -> Iterator[tuple[Path, Filled]]:
        if self.canvas is not None:
            ours = {TOTAL, *(exercise.id for exercise in self.exercises)}
            columns = {id: column for id, column in self.columns.items() if id in ours}
            sheet = load_sheet(self.canvas)
            yield self.canvas, fill_canvas(sheet, results, learners, exercises=self.exercises, columns=columns)
        for path in self.moodle:
            exercise = worksheet_exercise(path, self.exercises)
            sheet = load_sheet(path)
            yield path, fill_moodle(sheet, results, learners, exercises=self.exercises, exercise=exercise)


def points_of(results: ClassResults) -> dict[tuple[str, str], Points]:
    """The points of every mark that has something to say, with a comment for the learner.

    A learner has points for ``TOTAL`` once every exercise that counts in it has some. A remark on no exercise stands
    beside the total, and beside an exercise that was graded alone.
    """
    points = {}
    for key, marks in results.by_learner.items():
        remarks = remarks_for(key, marks, results.remarks)
        general = [remark.text for remark in remarks if not remark.exercise]
        texts = general[:]
        for mark in marks:
            own = [remark.text for remark in remarks if remark.exercise == mark.exercise]
            said = [*own, *_feedback(mark)]
            texts += said
            if mark.points is not None:
                feedback = "\n".join([*(general if len(results.exercises) == 1 else ()), *said])
                points[key, mark.exercise] = Points(points=mark.points, total=mark.total, feedback=feedback)
        total = total_of(marks)
        if total.final and total.points is not None:
            feedback = "\n".join(texts)
            points[key, TOTAL] = Points(points=float(total.points), total=float(total.possible), feedback=feedback)
    return points


def _feedback(mark: Mark) -> Iterator[str]:
    """What a learner reads beside the points. Nothing of a hidden test but its label is in it."""
    if mark.override:
        yield f"Set by your instructor: {clean_line(mark.override, MAX_TEXT)}"
        return
    if mark.days_late:
        cost = f"{number_said(mark.deducted)} of {number_said(mark.raw)} points"
        yield f"{counted(mark.days_late, 'day')} late, which costs {cost}."
    if mark.verdict is None:
        return
    if mark.standing is Standing.CANNOT_JUDGE:
        yield from (clean_line(f"{fault.error}; {fault.help}", MAX_TEXT) for fault in mark.verdict.faults[:1])
    failing = [test for test in mark.verdict.tests if not test.passed]
    yield from (clean_line(f"Fails: {test.label}", MAX_TEXT) for test in failing[:FAILURES])
    if len(failing) > FAILURES:
        yield f"and {len(failing) - FAILURES} more"


def _notes(file: str, filled: Filled, names: Mapping[str, str]) -> Iterator[str]:
    replaced = f", {len(filled.replaced)} in place of another grade" if filled.replaced else ""
    yield f"{file}: {counted(len(filled.changed), 'new grade')}{replaced}"
    if filled.not_found:
        yield f"{file}: not in it: {_some([names.get(key, key) for key in filled.not_found])}"
    if filled.kept:
        yield f"{file}: left as they are: {_some([f'{cell.shown} {cell.reason}' for cell in filled.kept])}"
    if filled.without_column:
        yield f"{file}: no column for {', '.join(filled.without_column)}; name it in class.toml under [columns]"


def _some(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return "; ".join(texts[:NAMED]) + more


# ---- Moodle ----------------------------------------------------------------------------------------------------------


def worksheet_exercise(where: Path, exercises: Sequence[Exercise]) -> str:
    """What a grading worksheet is of, by its name (``Grades-CS1-Join-77.csv``), if more than one exercise was graded.

    Raises ClassroomError if the name does not say.
    """
    ids = mentioned(where.stem, exercises) if len(exercises) > 1 else {exercise.id for exercise in exercises}
    if len(ids) != 1:
        message = f"{where}: the name of this worksheet does not say which exercise it is of"
        raise ClassroomError(message, hint="Rename it to, say, `grades-ex01.csv`, or grade one with `--exercise ex01`.")
    return next(iter(ids))


def fill_moodle(
    sheet: Sheet, results: Results, learners: Sequence[Learner], *, exercises: Sequence[Exercise], exercise: str
) -> Filled:
    """Fill in grade and comment in a grading worksheet, for one exercise or for ``total``.

    A comment is written where there is none; one that an instructor wrote stays. Raises ClassroomError if this is no
    grading worksheet.
    """
    worksheet = worksheet_of(sheet)
    if worksheet is None:
        what = f"this is no grading worksheet of Moodle, it has no column {missing_heading(sheet)!r}"
        message = f"{sheet.where}:{sheet.first_line}: {what}"
        hint = (
            "Download the grading worksheet again, of one assignment with points; if it is not in English, choose "
            "English in Moodle's user menu under Language first."
        )
        raise ClassroomError(message, hint=hint)

    def locked(row: int) -> str:
        return "must not be changed, says the worksheet" if worksheet.is_locked(sheet, row) else ""

    filling = _Filling(sheet, results, learners, exercises)
    filling.grades(exercise, worksheet.grade, most=lambda row: sheet.text(row, worksheet.most), locked=locked)
    if worksheet.comments is not None:
        filling.comments(exercise, worksheet.comments)
    return filling.result()


# ---- Canvas ----------------------------------------------------------------------------------------------------------


def fill_canvas(
    sheet: Sheet,
    results: Results,
    learners: Sequence[Learner],
    *,
    exercises: Sequence[Exercise],
    columns: Mapping[str, str],
) -> Filled:
    """Fill in the columns of our exercises in an exported gradebook.

    ``columns`` says which column is whose where the titles do not: ``{"ex01": "Join (12345)"}``, with or without the
    number, or the number alone; the key ``total`` means all exercises together. Raises ClassroomError if this is no
    gradebook, if a column is not there or not clear, or if there is none for any exercise.
    """
    possible = _possible_row(sheet)
    column_of = _canvas_columns(sheet, possible, exercises, columns)
    filling = _Filling(sheet, results, learners, exercises)
    for exercise, column in column_of.items():
        filling.grades(exercise, column, most=_always(sheet.text(possible, column)), locked=_always(""))
    with_points = {exercise for _, exercise in results if exercise != TOTAL}
    return filling.result(without_column=() if TOTAL in column_of else tuple(sorted(with_points - column_of.keys())))


def _always(text: str) -> Callable[[int], str]:
    return lambda row: text


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
    column_of = {exercise: _named_column(sheet, titles, exercise, text) for exercise, text in columns.items()}
    left = {at: title for at, title in titles.items() if at not in column_of.values()}
    for exercise in exercises if TOTAL not in column_of else ():
        column = _titled_column(sheet, left, exercise, exercises) if exercise.id not in column_of else None
        if column is not None:
            column_of[exercise.id] = column
    if not column_of:
        shown = ", ".join(repr(title[0]) for title in titles.values())[:200] or "none"
        raise ClassroomError(
            f"{sheet.where}:{sheet.first_line}: no column is of an exercise; there are {shown}", hint=_NAME_THEM
        )
    return column_of


def _named_column(sheet: Sheet, titles: Mapping[int, re.Match[str]], exercise: str, text: str) -> int:
    wanted = text.strip()
    fits = [at for at, title in titles.items() if wanted == title[0].strip()]
    fits = fits or [at for at, title in titles.items() if wanted in (title["title"].strip(), title["number"])]
    if len(fits) != 1:
        what = "there are several columns" if fits else "there is no column for points"
        raise ClassroomError(
            f"{sheet.where}:{sheet.first_line}: {what} called {text!r}, which is to be {exercise}'s", hint=_NAME_THEM
        )
    return fits[0]


def _titled_column(
    sheet: Sheet, titles: Mapping[int, re.Match[str]], exercise: Exercise, exercises: Sequence[Exercise]
) -> int | None:
    def fitting(find: Callable[[str, Sequence[Exercise]], Iterable[str]]) -> list[int]:
        return [at for at, title in titles.items() if list(find(title["title"], exercises)) == [exercise.id]]

    # Not by a name within a longer title: "Join the discussion (44)" is another assignment. But a title with the id of
    # the exercise may be its resit, and which of the two is meant, only the instructor knows.
    fits = sorted({*fitting(exactly), *fitting(mentioned_by_id)})
    if len(fits) > 1:
        several = " and ".join(repr(clean_line(titles[at][0], MAX_TEXT)) for at in fits[:3])
        lines = " or ".join(f"{exercise.id} = {_quoted(titles[at][0])}" for at in fits[:3])
        message = f"{sheet.where}:{sheet.first_line}: {several} could both be {exercise.id}'s"
        raise ClassroomError(message, hint=f"Say which in class.toml, below a line [columns]: {lines}")
    return fits[0] if fits else None


def _quoted(text: str) -> str:
    """A text as TOML writes it: JSON's escapes are TOML's, too."""
    return json.dumps(clean_line(text, MAX_TEXT), ensure_ascii=False)


# ---- filling ---------------------------------------------------------------------------------------------------------


class _Filling:
    """A table that is being filled: finds whose row it is, scales, and leaves alone what is not ours to change."""

    def __init__(
        self, sheet: Sheet, results: Results, learners: Sequence[Learner], exercises: Sequence[Exercise]
    ) -> None:
        self._sheet = sheet
        self._results = results
        self._exercises = [exercise.id for exercise in exercises]
        self._changed: list[Change] = []
        self._kept: list[LeftOver] = []
        ours = set(self._exercises)
        with_points = {key for key, exercise in results if exercise in ours}
        self._learners = {learner.key: learner for learner in learners if learner.key in with_points}
        self._rows = rows_of(sheet, self._learners.values())

    def grades(self, exercise: str, column: int, *, most: Callable[[int], str], locked: Callable[[int], str]) -> None:
        """Fill a column of grades.

        ``most`` gives what a row's cell may hold at most, as the table writes it, and ``locked`` why the cell must not
        be changed, in words, or nothing.
        """
        for row, key, points in self._of(exercise):
            old = self._sheet.text(row, column).strip()
            new = _scaled(points, most(row))
            why = locked(row) or _EXCUSED.get(old, "") or ("" if new else "has no number of points that can be had")
            if why:
                self._keep(key, exercise, why)
            elif _number(old) != _number(new):
                self._sheet.put(row, column, new)
                self._changed.append(Change(learner=key, exercise=exercise, old=old, new=new))

    def comments(self, exercise: str, column: int) -> None:
        """Fill the empty cells of a column of comments, which are HTML."""
        for row, key, points in self._of(exercise):
            old = self._sheet.text(row, column).strip()
            new = html.escape(points.feedback.strip(), quote=False).replace("\n", "<br />")
            if old and new and old != new:
                self._keep(key, exercise, "has a comment already; empty the cell to have ours")
            elif new and not old:
                self._sheet.put(row, column, new)

    def result(self, *, without_column: tuple[str, ...] = ()) -> Filled:
        return Filled(
            content=self._sheet.content(),
            changed=tuple(self._changed),
            kept=tuple(self._kept),
            not_found=tuple(key for key in self._learners if key not in self._rows),
            without_column=without_column,
        )

    def _of(self, exercise: str) -> Iterator[tuple[int, str, Points]]:
        for key, row in self._rows.items():
            points = self._results.get((key, exercise))
            if points is not None:
                yield row, key, points

    def _keep(self, key: str, exercise: str, why: str) -> None:
        self._kept.append(LeftOver(shown=f"{self._learners[key].name}, {exercise}", reason=why))


def rows_of(sheet: Sheet, learners: Iterable[Learner]) -> dict[str, int]:
    """The row of each learner who is in the table for certain."""
    # The row itself is the key here: two lines that look like the same person must stay two.
    people = [
        Learner(key=str(line.row), name=line.person.name, email=line.person.email, ids=line.person.ids)
        for line in people_in(sheet)
    ]
    table = make_roster(people, where=sheet.where)
    rows: dict[str, int] = {}
    for learner in learners:
        fitting = table.find(Person(name=learner.name, email=learner.email, ids=learner.ids, handle=learner.key))
        if len(fitting) == 1:
            rows[learner.key] = int(fitting[0].key)
    often = Counter(rows.values())
    return {key: row for key, row in rows.items() if often[row] == 1}


def _scaled(points: Points, most: str) -> str:
    """The grade as the table writes numbers, with two places; nothing if it cannot be told."""
    best = _number(most)
    if best is None or best <= 0 or points.total <= 0:
        return ""
    grade = rounded(exact(points.points) * Fraction(best) / exact(points.total), POINTS)
    text = f"{grade:.2f}" if "." in most or "," in most else f"{grade.normalize():f}"
    return text.replace(".", ",") if "," in most and "." not in most else text


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
