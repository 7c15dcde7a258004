"""Writes the answers of a class as what Dolos reads, a program that compares source files (https://dolos.ugent.be).

There is a data set for each exercise, because Dolos compares every file of one with every other, and because one has
a single template at most: a folder with the answers, the stub and ``info.csv``, which ``dolos run -l python
ex01/info.csv`` takes. Zipped with ``info.csv`` at its top, it is what the web application takes.

``info.csv`` (https://dolos.ugent.be/docs/adding-metadata) has the columns ``filename``, from its own folder on,
``full_name``, ``label``, by which Dolos colours a file and which is the learner's section, ``created_at``, a time that
JavaScript's ``Date`` reads, and ``ignored``, which is ``true`` for the stub. The last is in no page of the manual yet;
it has been read since https://github.com/dodona-edu/dolos/pull/1612 (October 2024), and earlier versions take the stub
with ``--ignore stub.py``, which must not be given besides the column.

A file that Python cannot read is not in the gradebook and not here. Nothing that Dolos finds comes back to us.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grader.reports.of_class.page import page_name
from grader.reports.views import is_untouched
from grader.text import clean_cell

if TYPE_CHECKING:
    from grader.classroom.marks import ClassResults
    from grader.judge.verdict import Verdict

INFO = "info.csv"
STUB = "stub.py"
"""Never the file of a learner: those names end in ten hexadecimal digits."""
COLUMNS = ("filename", "full_name", "label", "created_at", "ignored")
MAX_CELL = 200


def class_files(results: ClassResults) -> Iterator[tuple[str, str]]:
    """Yield the path, with slashes, and the text of every file; of an exercise without an answer there is none."""
    times = {(file.learner, file.exercise, file.shown): file.submitted_at for file in results.intake.files}
    for id in results.exercises:
        rows = []
        for learner, verdict in _answers(results, id):
            name = page_name(learner).removesuffix(".html") + ".py"
            rows.append(_row(results, learner, name, times.get((learner, id, verdict.file), "")))
            yield f"{id}/{name}", verdict.source
        if rows:
            yield f"{id}/{STUB}", results.kit.exercise(id).stub.read_text("utf-8")
            yield f"{id}/{INFO}", _table([*rows, (STUB, "", "", "", "true")])


def _answers(results: ClassResults, exercise: str) -> Iterator[tuple[str, Verdict]]:
    for mark in results.marks:
        verdict = mark.verdict
        if mark.exercise == exercise and verdict is not None and verdict.source and not is_untouched(verdict):
            yield mark.learner, verdict


def _row(results: ClassResults, key: str, name: str, created_at: str) -> tuple[str, ...]:
    learner = results.learners[key]
    return (name, clean_cell(learner.name or key, MAX_CELL), clean_cell(learner.section, MAX_CELL), created_at, "")


def _table(rows: Sequence[Sequence[str]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return file.getvalue()
