"""What a verdict depends on besides the file, so that an earlier one is used again only where it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.exercise import Exercise
from grader.kit import Kit, digest_of, files_in
from grader.versions import versions as installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Two verdicts on the same bytes under equal conditions are the same verdict.

    ``kit`` is a digest of what judges the exercise; its lesson and the other exercises are no part of it, so that a
    correction there regrades nothing. ``versions`` names the grader, Python without its patch number, anyio and trio.
    The isolation level is no part either: it decides whether a file may be played at all, not what comes out.
    """

    exercise: str
    kit: str
    schedules: int
    versions: str


def conditions(kit: Kit, exercise: Exercise, schedules: int) -> Conditions:
    """The conditions under which this process would judge an exercise. Raises KitError if a file cannot be read."""
    return Conditions(
        exercise=exercise.id, kit=digest_of(_deciding_files(kit, exercise)), schedules=schedules, versions=versions()
    )


def versions() -> str:
    """The versions that decide how a play goes, in one line."""
    found = dict(installed())
    python = ".".join(found.pop("python").split(".")[:2])
    return ", ".join(f"{name} {version}" for name, version in {"grade": __version__, "python": python, **found}.items())


def _deciding_files(kit: Kit, exercise: Exercise) -> dict[str, Path]:
    """Named without the place where the kit lies: a copy of it elsewhere judges alike."""
    inside = {f"exercise/{name}": path for name, path in files_in(exercise.folder).items() if path != exercise.lesson}
    # The reference is drawn beside every failure.
    reference = {} if exercise.reference is None else {"reference": exercise.reference}
    return {"kit.toml": kit.root / "exercises" / "kit.toml", **inside, **reference}
