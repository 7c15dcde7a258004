"""Writes ``grades.csv``: a row per learner, a column of points per exercise, and the total. RFC 4180."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grader.classroom.marks import Mark, Standing
from grader.reports.clean import clean_cell
from grader.reports.views import whole_points

if TYPE_CHECKING:
    from grader.classroom.results import ClassResults

MAX_CELL = 200
LINE_END = "\r\n"


def grades_csv(results: ClassResults) -> str:
    """The table as text with CRLF line ends, in the order of the intake; points are whole and rounded down.

    A cell is empty where there is nothing to say yet. So is a total to which something is missing that was not judged
    through no fault of the learner: a number would count it as nought.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator=LINE_END)
    writer.writerow(["key", "name", "email", *results.exercises, "total"])
    for learner in results.intake.learners:
        marks = results.by_learner[learner.key]
        who = [clean_cell(text, MAX_CELL) for text in (learner.key, learner.name, learner.email)]
        writer.writerow([*who, *_points(marks, results.exercises), _total(marks)])
    return file.getvalue()


def _total(marks: Sequence[Mark]) -> int | str:
    """The sum of the exact points, rounded down, or nothing if something is still to be judged."""
    if any(mark.points is None and mark.standing is Standing.NOT_JUDGED for mark in marks):
        return ""
    return whole_points(sum(mark.points for mark in marks if mark.points is not None))


def _points(marks: Iterable[Mark], exercises: Sequence[str]) -> list[int | str]:
    by_exercise = {mark.exercise: mark.points for mark in marks}
    found = (by_exercise.get(exercise) for exercise in exercises)
    return ["" if points is None else whole_points(points) for points in found]
