"""Writes ``grades.csv``: a row per learner, a column of points per exercise, and the total. RFC 4180."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grader.classroom.marks import Mark
from grader.reports.class_figures import total_of
from grader.reports.clean import clean_cell
from grader.reports.words import whole_points

if TYPE_CHECKING:
    from grader.classroom.results import ClassResults

MAX_CELL = 200
LINE_END = "\r\n"


def grades_csv(results: ClassResults) -> str:
    """The table as text with CRLF line ends, in the order of the intake; points are whole and rounded down.

    A cell is empty where there is nothing to say yet, and a total where ``total_of`` gives none.
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
    total = total_of(marks)
    return "" if total is None else whole_points(total)


def _points(marks: Iterable[Mark], exercises: Sequence[str]) -> list[int | str]:
    by_exercise = {mark.exercise: mark.points for mark in marks}
    found = (by_exercise.get(exercise) for exercise in exercises)
    return ["" if points is None else whole_points(points) for points in found]
