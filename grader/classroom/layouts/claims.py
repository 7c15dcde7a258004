"""What a layout says of a file: whose it is, what it was called, and what it lay in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.classroom.found import Found
from grader.classroom.people import Person


class Layout(StrEnum):
    """How a folder or zip of submissions is laid out."""

    FOLDERS = "folders"
    """A folder per learner, or a repository per learner."""
    FLAT = "flat"
    """All files in one folder, named after learner and exercise."""
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One file as somebody's own. A zip counts as a folder."""

    found: Found
    person: Person
    name: str
    """What the learner called the file."""
    folders: tuple[str, ...] = ()
    """Where it lies in what the learner handed in."""
    context: tuple[str, ...] = ()
    """What that lies in: the source and the folders or zips of assignments, from the outside in."""
    rank: int = 0
    """The platform's own number of the file: a larger one was handed in later."""
    late: bool = False
    submitted_at: str = ""


Reader = Callable[[Found], Sequence[Claim] | str]
"""Whose a file is (it has several owners if a group handed it in), or why it is nobody's, in words."""
