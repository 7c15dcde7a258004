"""The files of a class as they were found, before it is known whose they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

METADATA = "submission_metadata.yml"
"""The one file that is not Python and says whose a submission is; see ``layouts.gradescope``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A file that is no learner's answer to any exercise, or that was refused, and why."""

    shown: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of the class. A zip in its path counts as a folder whose name ends in ``.zip``."""

    parts: tuple[str, ...]
    """Its path below the source, which names from learners are part of."""
    path: Path | None
    """Where its content is; None if it was left packed because it cannot be an answer."""

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
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that a source holds."""

    files: tuple[Found, ...]
    """In the order of their paths."""
    refused: tuple[RefusedFile, ...]
    repositories: frozenset[tuple[str, ...]]
    """The folders that hold ``.git``."""
    leavings: int
    """How many files and folders systems, tools and the grader itself left there."""


def shown_path(parts: tuple[str, ...]) -> str:
    """A path as text that can be stored and written anywhere: the name of a file may be any bytes."""
    return "/".join(parts).encode(errors="backslashreplace").decode()
