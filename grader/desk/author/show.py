"""Shows which hidden tests fail on which wrong answers of one exercise."""

from __future__ import annotations

from pathlib import Path

from grader.desk.author.check import read
from grader.errors import KitError
from grader.judge.kittable import Table, table
from grader.judge.options import PlayOptions
from grader.sandbox.box import Box


def table_of(box: Box, root: Path, id: str, *, options: PlayOptions) -> Table:
    """Judge the wrong answers of an exercise of the kit in this folder.

    Raises KitError if the kit or the exercise cannot be judged, UsageError if there is no such exercise.
    """
    found = read(root)
    if found.kit is None:
        fault = found.faults[0]
        raise KitError(str(fault), hint=fault.hint)
    return table(box, found.kit, found.kit.exercise(id), found, options=options)
