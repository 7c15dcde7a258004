"""The files of a class as they were found, and what a layout claims of one: whose it is, and what it lay in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.classroom.people import Person

METADATA = "submission_metadata.yml"
"""The one file that is not Python and says whose a submission is; see ``layouts.gradescope``."""

# Canvas numbers a file that is handed in again before its last ending: ``work.tar-1.gz``.
_TAR = re.compile(r"\.(?:tar|tgz|tar(?:-\d{1,3})?\.gz)\Z", re.IGNORECASE)
_ARCHIVE = re.compile(rf"\.zip\Z|{_TAR.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A file that is no learner's answer to any exercise, or that was refused, and why."""

    shown: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file of the class. An archive in its path counts as a folder whose name ends in, say, ``.zip``."""

    parts: tuple[str, ...]
    """Its path below the source. Learners chose some of the names in it."""
    path: Path | None
    """The file that holds its content; None if it was left packed because it cannot be an answer."""

    @property
    def shown(self) -> str:
        return shown_path(self.parts)

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.parts[-1])[1].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """A file that is not taken in, and why, in words."""

    parts: tuple[str, ...]
    """Its path below the source. A path that leads out of a zip is one part, as folders on it are no learners'."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that a source holds."""

    files: tuple[FoundFile, ...]
    """All files, in the order of their paths."""
    refused: tuple[RefusedFile, ...]
    repositories: frozenset[tuple[str, ...]]
    """The folders that hold ``.git``."""
    leavings: int
    """How many files and folders systems, tools and the grader itself left there."""
    notes: tuple[str, ...] = ()
    """What was guessed, in words."""


def shown_path(parts: tuple[str, ...]) -> str:
    """A path as text that can be stored and written anywhere: the name of a file may be any bytes."""
    return "/".join(parts).encode(errors="backslashreplace").decode()


def is_tar(name: str) -> bool:
    """Whether a file is named like a tar archive, plain or gzipped."""
    return _TAR.search(name) is not None


def is_archive(name: str) -> bool:
    """Whether a file is named like an archive of a kind that is opened."""
    return _ARCHIVE.search(name) is not None


def bare_name(name: str) -> str:
    """The name of a folder, or of an archive without its ending."""
    return _ARCHIVE.sub("", name)


# ---- whose they are --------------------------------------------------------------------------------------------------


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

    file: FoundFile
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


Reader = Callable[[FoundFile], Sequence[Claim] | str]
"""A function that makes the claims for a file, several for a group's, or says in words why no learner owns it."""

Knows = Callable[[str], bool]
"""A function that says whether a word means someone on the roster."""
