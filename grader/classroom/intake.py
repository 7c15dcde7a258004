"""Takes in a class's submissions: which file is whose, for which exercise, and what is left over and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


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
class Learner:
    """Somebody in the class. ``key`` is what the gradebook knows them by: it is unique and never changes."""

    key: str
    name: str
    email: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    """What other systems know them by, such as ``("canvas", "10234")``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One file that somebody handed in."""

    learner: str
    """The key of the learner."""
    exercise: str
    path: Path
    """Where the file is now: a zip is unpacked first."""
    shown: str
    """Where the instructor finds it: its path in what the platform exported."""
    late: bool = False
    """Whether the platform marked it so."""
    submitted_at: str = ""
    """UTC, ISO 8601; empty if the platform does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A file that is nobody's answer to any exercise, or that was refused, and why."""

    shown: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Everything that was found. Nothing is dropped: each file is handed in, unmatched or refused."""

    layout: Layout
    because: str
    """What the layout was recognised by, in words."""
    learners: tuple[Learner, ...]
    """In order of their names; those of the roster who handed in nothing are among them."""
    files: tuple[Handed, ...]
    """At most one for each learner and exercise, in that order."""
    unmatched: tuple[LeftOver, ...] = ()
    refused: tuple[LeftOver, ...] = ()
