"""Reads and checks a kit: a folder with ``exercises/``, and perhaps ``solutions/`` and ``templates/``.

An unknown key, a value of a wrong type or a missing file is a KitError that names the file. Reading imports and runs
nothing of the kit, so that listing exercises is fast and safe.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import KitError, UsageError
from grader.kit.catalogue import BUILTIN
from grader.kit.diagnosis import Diagnosis
from grader.kit.exercise import GENERAL_HINTS, Exercise, Limits, read_exercise, read_hints, read_limits
from grader.kit.tables import Table, read_table

FORMAT = 1
PACKED = Path(__file__).resolve().parents[1] / "_kit"
"""The kit inside an installed package. A checkout has none: there the kit lies beside the package."""

_FOLDER = re.compile(r"(?P<id>ex\d{2,3})_[a-z0-9_]+")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_KEYS = ("format", "title", "version", "exercises", "limits", "diagnoses")
_DIAGNOSIS_KEYS = ("sentence", "explanation", "help", "hints")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """A kit that has been read and checked."""

    root: Path
    title: str
    version: str
    exercises: tuple[Exercise, ...]
    diagnoses: Mapping[str, Diagnosis]
    """The built-in ones and the kit's own, by slug."""
    limits: Limits
    digest: str
    """SHA-256 of the names and bytes of every file in ``exercises/``."""

    def exercise(self, id: str) -> Exercise:
        """Return the exercise with that id. Raises UsageError, with the nearest id, for an unknown one."""
        by_id = {exercise.id: exercise for exercise in self.exercises}
        if id in by_id:
            return by_id[id]
        ids = {name: exercise.id for exercise in self.exercises for name in _names(exercise)}
        near = difflib.get_close_matches(id, ids, n=1)
        hint = f"Try `{ids[near[0]]}`; `grade list` shows them all." if near else "See them all with `grade list`."
        raise UsageError(f"there is no exercise {id!r}", hint=hint)


def _names(exercise: Exercise) -> tuple[str, ...]:
    return (exercise.id, exercise.title, exercise.folder.name)


def builtin_root() -> Path:
    """Return the root of the kit that comes with the grader: inside an installed package, or the checkout."""
    return PACKED if PACKED.is_dir() else PACKED.parents[1]


def load_kit(root: Path) -> Kit:
    """Read the kit whose ``exercises/`` folder is in ``root``. Raises KitError with the file and what is wrong."""
    exercises = root / "exercises"
    if not (exercises / "kit.toml").is_file():
        inside = (root / "kit.toml").is_file()
        raise KitError(
            f"{root}: this is not a kit, it has no exercises/kit.toml",
            hint=f"Give the folder above it, {root.parent}." if inside else "Give the folder that holds `exercises/`.",
        )
    table = read_table(exercises / "kit.toml", known=_KEYS)
    if table.whole("format", least=1) != FORMAT:
        raise table.error("format", f"'format' must be {FORMAT}", hint="Install the grader that this kit is made for.")
    # A plain dict and no read-only proxy: a kit is sent to worker processes, and a proxy cannot be pickled.
    diagnoses = {**BUILTIN, **{diagnosis.slug: diagnosis for diagnosis in _read_diagnoses(table)}}
    limits = read_limits(table, Limits())

    return Kit(
        root=root,
        title=table.text("title"),
        version=table.text("version"),
        exercises=tuple(read_exercise(root, name, diagnoses, limits) for name in _read_order(table)),
        diagnoses=diagnoses,
        limits=limits,
        digest=digest_of(files_in(exercises)),
    )


def _read_order(table: Table) -> tuple[str, ...]:
    names = table.texts("exercises")
    ids = [match["id"] for name in names if (match := _FOLDER.fullmatch(name))]
    if not names or len(ids) != len(names):
        hint = "List the folders in their order, each named like `ex01_join`."
        raise table.error("exercises", "'exercises' must be the names of folders", hint=hint)
    if len(set(ids)) != len(ids):
        raise table.error("exercises", "'exercises' has an id twice", hint="Give every exercise a number of its own.")

    return names


def _read_diagnoses(table: Table) -> Iterator[Diagnosis]:
    own = table.table("diagnoses", known=None)
    for slug in own:
        if not _SLUG.fullmatch(slug) or slug == GENERAL_HINTS:
            hint = "Use lower-case words with hyphens, such as `lost-error`."
            raise own.error(slug, f"'diagnoses.{slug}' is not a good name", hint=hint)
        entry = own.table(slug, known=_DIAGNOSIS_KEYS)
        hints = read_hints(entry, "hints")
        yield Diagnosis(
            slug=slug,
            sentence=entry.text("sentence"),
            explanation=entry.text("explanation"),
            help=entry.text("help") if "help" in entry else hints[1],
            hints=hints,
        )


def digest_of(files: Mapping[str, Path]) -> str:
    """SHA-256 of the names and bytes of some files, in hexadecimal. Raises KitError if one cannot be read."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise KitError(
                f"{path}: cannot be read: {error.strerror}", hint="Correct the permissions of the file."
            ) from None
        # The length keeps the end of one file and the name of the next apart.
        digest.update(f"{name}\0{len(content)}\0".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def files_in(folder: Path) -> dict[str, Path]:
    """All files below a folder by their path in it, except caches and hidden files, which tools leave behind."""
    files = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.is_file():
                files[path.relative_to(folder).as_posix()] = path
    return files
