"""What an overview needs of a kit: names, titles and the order, read in a tenth of the time of the whole kit.

Nothing is checked: whatever is not as it should be makes an outline None, and the reader asks ``load_kit``, which says
what is wrong and in which line.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from grader.kit.naming import ids_meant, names_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinedExercise:
    """One exercise as far as an overview shows it. ``folder`` is a name."""

    id: str
    title: str
    summary: str
    folder: str
    file: str
    concepts: tuple[str, ...]
    level: int
    minutes: int
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A kit as far as an overview shows it."""

    root: Path
    title: str
    version: str
    exercises: tuple[OutlinedExercise, ...]
    diagnoses: tuple[str, ...]
    """The slugs of the kit's own, without those that every kit has."""

    def ids_meant(self, word: str) -> list[str]:
        """The ids of the exercises that a word may mean."""
        return ids_meant(
            word, {one.id: names_of(title=one.title, folder=one.folder, file=one.file) for one in self.exercises}
        )


def read_outline(root: Path) -> Outline | None:
    """Read the outline of the kit whose ``exercises/`` folder is in ``root``; None if anything about it is odd."""
    folder = root / "exercises"
    try:
        table = tomllib.loads((folder / "kit.toml").read_text(encoding="utf-8"))
        outline = Outline(
            root=root,
            title=_text(table["title"]),
            version=_text(table["version"]),
            exercises=tuple(_exercise(folder, _text(name)) for name in table["exercises"]),
            diagnoses=tuple(table.get("diagnoses", {})),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return outline if outline.exercises else None


def _exercise(folder: Path, name: str) -> OutlinedExercise:
    table = tomllib.loads((folder / name / "exercise.toml").read_text(encoding="utf-8"))
    exercise = OutlinedExercise(
        id=_text(table["id"]),
        title=_text(table["title"]),
        summary=_text(table["summary"]),
        folder=name,
        file=_text(table["file"]),
        concepts=tuple(map(_text, table["concepts"])),
        level=_number(table["level"]),
        minutes=_number(table["minutes"]),
        after=tuple(map(_text, table.get("after", ()))),
    )
    if exercise.id != name.partition("_")[0] or "/" in exercise.file or not exercise.id.removeprefix("ex").isdecimal():
        raise ValueError(name)
    return exercise


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value
