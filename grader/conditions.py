"""What a verdict depends on besides the file, so that an earlier one is used again only where it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import __version__
from grader.errors import KitError
from grader.exercise import Exercise
from grader.kit import Kit
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
    return Conditions(exercise=exercise.id, kit=_digest(kit, exercise), schedules=schedules, versions=versions())


def versions() -> str:
    """The versions that decide how a play goes, in one line."""
    found = dict(installed())
    python = ".".join(found.pop("python").split(".")[:2])
    return ", ".join(f"{name} {version}" for name, version in {"grade": __version__, "python": python, **found}.items())


def _digest(kit: Kit, exercise: Exercise) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(_deciding_files(kit, exercise)):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise KitError(f"{path}: cannot be read: {error.strerror}", hint="Correct who may read it.") from None
        # The length keeps the end of one file and the name of the next apart.
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _deciding_files(kit: Kit, exercise: Exercise) -> Iterator[tuple[str, Path]]:
    """Named without the place where the kit lies: a copy of it elsewhere judges alike."""
    yield "kit.toml", kit.root / "exercises" / "kit.toml"
    for path in exercise.folder.rglob("*"):
        inside = path.relative_to(exercise.folder)
        tools = any(part == "__pycache__" or part.startswith(".") for part in inside.parts)
        if path.is_file() and path != exercise.lesson and not tools:
            yield f"exercise/{inside.as_posix()}", path
    if exercise.reference is not None:  # it is drawn beside every failure
        yield "reference", exercise.reference
