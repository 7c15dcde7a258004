"""What a layout says of a file: whose it is, what the learner called it, and what it lay in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.classroom.found import Found
from grader.classroom.people import Person


class Layout(StrEnum):
    """How a folder or zip of submissions is laid out."""

    FOLDERS = "folders"
    """A folder or a repository for each learner."""
    FLAT = "flat"
    """All files in one folder, named after learner and exercise."""
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One file as the hand-in of one person. A zip counts as a folder."""

    found: Found
    person: Person
    name: str
    """What the learner called the file."""
    folders: tuple[str, ...] = ()
    """The folders it lies in within what the learner handed in, from the outside in."""
    context: tuple[str, ...] = ()
    """The folders or zips of assignments above those, from the outside in."""
    rank: int = 0
    """The platform's own number of the file: a larger one was handed in later."""
    late: bool = False
    submitted_at: str = ""


Reader = Callable[[Found], Sequence[Claim] | str]
"""Makes the claims for a file, several if a group handed it in, or says in words why no learner owns it."""
