"""Writes ``feedback.csv``: under which name every learner's page went home, and who got none and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from grader.classroom.gradebook import Learner
from grader.text import clean_cell

MAX_CELL = 200
LINE_END = "\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPage:
    """What became of one learner's page in one form; either ``name`` or ``reason`` is empty."""

    learner: Learner
    form: str
    file: str
    """The zip or folder."""
    name: str = ""
    """The name of the page in it."""
    reason: str = ""
    """Why there is none."""


def sent_table(pages: Iterable[SentPage]) -> str:
    """The table as CSV, a line for each learner and form."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator=LINE_END)
    writer.writerow(["key", "name", "email", "form", "file", "page", "reason"])
    for page in pages:
        who = (page.learner.key, page.learner.name, page.learner.email)
        writer.writerow([clean_cell(text, MAX_CELL) for text in (*who, page.form, page.file, page.name, page.reason)])
    return file.getvalue()
