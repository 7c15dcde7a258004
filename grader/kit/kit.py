"""Reads and checks a kit: a folder with ``exercises/``, and perhaps ``solutions/`` and ``templates/``.

An unknown key, a value of a wrong type or a missing file is a fault that names file and line; one reading finds all of
them. Reading imports and runs nothing of the kit, so that listing exercises is fast and safe.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import KitError, UsageError
from grader.kit.catalogue import BUILTIN
from grader.kit.diagnosis import HINTS_EXAMPLE, Diagnosis, read_hints
from grader.kit.exercise import (
    GENERAL_HINTS,
    Exercise,
    Limits,
    read_exercise,
    read_limits,
    refuse_conftest,
)
from grader.kit.faults import Faults, KitFault
from grader.kit.naming import ids_meant, names_of, way_to_exercise
from grader.kit.pages import FOLDER as PAGES
from grader.kit.pages import check_pages, page_in
from grader.kit.place import PACKED as PACKED
from grader.kit.place import builtin_root as builtin_root
from grader.kit.place import is_kit as is_kit
from grader.kit.tables import Table, named_below, parse, read_reported
from grader.text import counted

FORMAT = 1
_FOLDER = re.compile(r"(?P<id>ex\d{2,3})_[a-z0-9_]+")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
KEYS: Mapping[str, str] = {
    "format": str(FORMAT),
    "title": '"Async Python by doing it"',
    "version": '"1.0"',
    "exercises": '["ex01_join", "ex02_timeout"]',
    **dict.fromkeys(("limits", "diagnoses"), ""),
}
"""The keys of ``kit.toml``, each with an example of its value."""
DIAGNOSIS_KEYS: Mapping[str, str] = {
    "sentence": '"one thing starts only after another has ended"',
    "explanation": '"Two awaits in a row are two waits in a row."',
    "help": '"start everything first, and then wait"',
    "hints": HINTS_EXAMPLE,
}
LITTER = ("__pycache__", ".")
"""How the names begin of what tools leave behind."""


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

    def page_of(self, slug: str) -> Path | None:
        """The page on which a diagnosis is explained at length: the kit's own, else the built-in one; None without.

        What the course that comes with the grader says of a diagnosis of its own is nothing for another kit.
        """
        own = page_in(self.root, slug)
        return own if own is not None or slug not in BUILTIN else page_in(builtin_root(), slug)

    def exercise(self, word: str) -> Exercise:
        """Return the exercise that a word means: by its id, its number, or a name that no other one has.

        Raises UsageError, with the nearest id, for a word that means none or several.
        """
        by_id = {exercise.id: exercise for exercise in self.exercises}
        if word in by_id:
            return by_id[word]
        ids = ids_meant(word, self._names)
        if len(ids) == 1:
            return by_id[ids[0]]
        if ids:
            raise UsageError(f"{word!r} may be {' or '.join(ids)}", hint="Name it by its number.")
        raise UsageError(f"there is no exercise {word!r}", hint=way_to_exercise(word, self._names))

    def means(self, word: str) -> bool:
        """Whether a word means an exercise, or several."""
        return bool(ids_meant(word, self._names))

    @property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {one.id: names_of(title=one.title, folder=one.folder.name, file=one.file) for one in self.exercises}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKit:
    """What could be read of a kit, and all that is wrong with it."""

    kit: Kit | None
    """The kit, with a default in place of what could not be read; None only if there is no kit.toml that can be read.
    """
    faults: tuple[KitFault, ...]
    mended: Mapping[Path, str]
    """The texts of scenarios.py and test_hidden.py without what is wrong in them, line numbers kept, where anything is.
    """
    left_out: Mapping[Path, frozenset[str]]
    """By test_hidden.py, the names of the functions that are no hidden tests before a fault in them is corrected."""


def above(folder: Path) -> Path:
    """The folder above one, in the words of that path: above ``..`` is ``../..``."""
    return folder / ".." if folder.name in ("", "..") else folder.parent


def load_kit(root: Path) -> Kit:
    """Read the kit whose ``exercises/`` folder is in ``root``. Raises KitError for its first fault that does harm."""
    read = read_kit(root)
    blocking = [fault for fault in read.faults if fault.blocks]
    if read.kit is not None and not blocking:
        return read.kit
    first, *others = blocking
    more = f" `grade kit check` lists {counted(len(others), 'more fault')}." if others else ""
    raise KitError(str(first), hint=first.hint + more)


def read_kit(root: Path) -> ReadKit:
    """Read everything in the kit whose ``exercises/`` folder is in ``root``. A fault of the kit is never raised."""
    faults = Faults()
    folder = root / "exercises"
    text = _read_kit_toml(root, faults)
    if text is None:
        return ReadKit(kit=None, faults=faults.in_order(), mended={}, left_out={})
    table = parse(text, path=folder / "kit.toml", known=KEYS, report=faults.report)
    if table.whole("format", least=1) != FORMAT:
        hint = f"Install the grader that this kit is made for, or write `format = {FORMAT}`."
        table.report("format", f"'format' must be {FORMAT}", hint=hint)
    # A plain dict and no read-only proxy: a kit is sent to worker processes, and a proxy cannot be pickled.
    diagnoses = {**BUILTIN, **{diagnosis.slug: diagnosis for diagnosis in _read_diagnoses(table, text)}}
    limits = read_limits(table, Limits())
    title, version = table.text("title"), table.text("version")
    names = _read_order(table, folder)
    ids = [name.partition("_")[0] for name in names]
    read = [
        read_exercise(root, name, diagnoses, limits, faults, earlier=ids[:number]) for number, name in enumerate(names)
    ]
    _check_folder(folder, names, faults)
    figures = {one.exercise.id: {figure.name for figure in one.exercise.figures} for one in read}
    check_pages(folder, diagnoses, figures, faults)
    kit = Kit(
        root=root,
        title=title,
        version=version,
        exercises=tuple(one.exercise for one in read),
        diagnoses=diagnoses,
        limits=limits,
        digest=_read_digest(folder, faults),
    )
    return ReadKit(
        kit=kit,
        faults=faults.in_order(),
        mended={file: mended for one in read for file, mended in one.mended.items()},
        left_out={one.exercise.test_file: one.left_out for one in read if one.left_out},
    )


def _read_kit_toml(root: Path, faults: Faults) -> str | None:
    path = root / "exercises" / "kit.toml"
    if path.is_file():
        return read_reported(path, faults.report)
    inside = (root / "kit.toml").is_file()
    hint = f"Give the folder above it: `{above(root)}`." if inside else "Give the folder that holds `exercises/`."
    faults.report(path=path, line=1, what="this is not a kit, the file is missing", hint=hint)
    return None


def _read_order(table: Table, folder: Path) -> tuple[str, ...]:
    """The names of the folders of the exercises; all that are there where the list cannot be read."""

    def accept(value: object) -> tuple[str, ...] | None:
        names = tuple(map(str, value)) if isinstance(value, list) else ()
        return names if names and all(map(_FOLDER.fullmatch, names)) else None

    there = tuple(sorted(path.name for path in folder.iterdir() if path.is_dir() and _FOLDER.fullmatch(path.name)))
    names = table.read("exercises", accept, there, expected="the names of folders, each like `ex01_join`")
    ids = [name.partition("_")[0] for name in names]
    if len(set(ids)) != len(ids):
        hint = f"Give every exercise a number of its own: `exercises = {KEYS['exercises']}`."
        table.report("exercises", "'exercises' has an id twice", hint=hint)
    for name in dict.fromkeys(names):
        if name not in there:
            hint = f"Add it with `grade kit new {folder.parent} --exercise {name}`, or take it out of the list."
            table.report("exercises", f"'exercises' names {name!r}, and there is no such folder", hint=hint)
    return tuple(name for name in dict.fromkeys(names) if name in there)


def _check_folder(folder: Path, listed: Collection[str], faults: Faults) -> None:
    """Report what lies beside the exercises and is read by no part of the product."""
    refuse_conftest(folder, faults)
    for path in sorted(folder.iterdir()):
        if path.name in ("kit.toml", "README.md", "conftest.py", PAGES, *listed) or path.name.startswith(LITTER):
            continue
        if path.is_dir() and _FOLDER.fullmatch(path.name):
            names = ", ".join(f'"{name}"' for name in (*listed, path.name))
            what, hint = "kit.toml does not list this exercise", f"Write `exercises = [{names}]` in kit.toml."
        else:
            what = "this does not belong here: `exercises/` holds kit.toml and the folders of exercises"
            hint = "Move it to another folder, or delete it."
        faults.remark(path=path, line=1, what=what, hint=hint)


def _read_diagnoses(table: Table, text: str) -> Iterator[Diagnosis]:
    own = table.table("diagnoses", known=None)
    # In a text that is no TOML they are found by their headings, so that hidden tests may name them.
    for slug in tuple(own) or named_below(text, "diagnoses"):
        if not _SLUG.fullmatch(slug) or slug == GENERAL_HINTS:
            hint = "Use lower-case words with hyphens, such as `[diagnoses.lost-error]`."
            own.report(slug, f"'diagnoses.{slug}' is not a good name", hint=hint)
        entry = own.table(slug, known=DIAGNOSIS_KEYS)
        hints = read_hints(entry, "hints")
        yield Diagnosis(
            slug=slug,
            sentence=entry.text("sentence") or slug,
            explanation=entry.text("explanation"),
            help=(entry.text("help") if "help" in entry else "") or hints[1],
            hints=hints,
        )


def _read_digest(folder: Path, faults: Faults) -> str:
    try:
        return digest_of(files_in(folder))
    except KitError as error:
        faults.report(path=folder, line=1, what=str(error), hint=error.hint)
        return ""


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
