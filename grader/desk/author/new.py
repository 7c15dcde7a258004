"""Makes a kit with one exercise that passes its check, or adds such an exercise to a kit.

What is made is a copy of ``templates/kit``. That is itself a kit, which can be checked, linted and played as it lies;
its exercise is called ``ex01_sample``, and wherever this name stands the copy has the new one. No file is overwritten.
"""

from __future__ import annotations

import keyword
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.desk.author import kit_toml
from grader.errors import KitError, UsageError
from grader.files import replace_file
from grader.kit.kit import builtin_root, files_in

FIRST = "ex01_once"
"""The exercise of a new kit, if the author names no other."""

_SAMPLE = "ex01_sample"
_NAME = re.compile(r"(?P<id>ex\d{2,3})_(?P<word>[a-z][a-z0-9_]*)")
_STANDS_FOR = re.compile(r"\b(ex01_sample|ex01|sample)\b")
_OF_OTHERS = frozenset({"anyio", "trio", "pytest", "grader", "scenarios", "test_hidden"})
"""Modules that a learner's file of the same name would hide."""
_GIT_IGNORES = "gitignore"
"""The name in the template: under its real name it would be obeyed by git and by the build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made, as paths below the root of the kit."""

    exercise: str
    """The name of its folder."""
    written: tuple[str, ...]
    changed: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.exercise.partition("_")[0]


def make_kit(root: Path, name: str = FIRST) -> Made:
    """Make a kit with one exercise of this name. Raises KitError where a file of it is there already.

    Raises UsageError for a name that no exercise can have.
    """
    files = _filled(_template(), name)
    if os.path.lexists(root / "exercises" / "kit.toml"):
        hint = f"Add an exercise to it with `grade kit new {root} --exercise ex02_name`."
        raise KitError(f"{root}: there is a kit already", hint=hint)
    _write(root, files)
    return Made(exercise=name, written=tuple(files))


def add_exercise(root: Path, name: str) -> Made:
    """Add an exercise of this name to the kit in ``root``, and to the list in its ``kit.toml``.

    Raises KitError where the number is taken, a file is there already or the list cannot be added to, and UsageError
    for a name that no exercise can have.
    """
    files = _filled({path: text for path, text in _template().items() if _SAMPLE in path}, name)
    marker = root / "exercises" / "kit.toml"
    _refuse_taken(root, name, kit_toml.read(marker))
    text = kit_toml.with_exercise(marker, name, _template()["exercises/kit.toml"])
    _write(root, files)
    _replace(marker, text)
    return Made(exercise=name, written=tuple(files), changed=("exercises/kit.toml",))


def said_of(made: Made, root: Path) -> str:
    """What was made, and the commands to type next."""
    lines = [f"  new      {name}" for name in made.written]
    lines += [f"  changed  {name}" for name in made.changed]
    folder, exercise = shlex.quote(str(root)), shlex.quote(str(root / "exercises" / made.exercise))
    lines += [
        f"Made in {root}: {made.exercise}. Next:",
        f"  grade kit check {folder}",
        f"  pytest {exercise}",
        f"  grade --kit {folder} init learner",
        f"Then change {made.exercise} into your own: each file says what it is for.",
    ]
    return "\n".join(lines)


# ---- names -----------------------------------------------------------------------------------------------------------


def _filled(files: Mapping[str, str], name: str) -> dict[str, str]:
    """The files of the template, by their paths, with this name in place of the template's."""
    match = _NAME.fullmatch(name)
    if match is None:
        hint = "Write `ex`, two or three digits and a name in lower case that begins with a letter: `ex02_retry`."
        raise UsageError(f"{name!r} is not the name of an exercise", hint=hint)
    word = match["word"]
    if keyword.iskeyword(word) or word in sys.stdlib_module_names or word in _OF_OTHERS:
        # The learner's file and its function have this name. A file called queue.py hides Python's own module.
        what = "a word of Python's own" if keyword.iskeyword(word) else "a module that the file of that name would hide"
        hint = f"Choose another one, such as `{match['id']}_my_{word}`."
        raise UsageError(f"{name}: {word!r} is {what}", hint=hint)
    names = {_SAMPLE: name, "ex01": match["id"], "sample": word}

    def renamed(text: str) -> str:
        return _STANDS_FOR.sub(lambda found: names[found[0]], text)

    return {renamed(path): renamed(text) for path, text in files.items()}


def _refuse_taken(root: Path, name: str, marker: Mapping[str, object]) -> None:
    id = name.partition("_")[0]
    listed = marker.get("exercises", [])
    folders = [path.name for place in ("exercises", "solutions") for path in sorted((root / place).glob(f"{id}_*"))]
    named = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    taken = next((each for each in (*named, *folders) if each.partition("_")[0] == id), None)
    if taken is not None:
        hint = f"Choose a number that is free, such as `{_next_id(named)}_{name.partition('_')[2]}`."
        raise KitError(f"{root}: {id} is taken by {taken}", hint=hint)


def _next_id(names: list[str]) -> str:
    numbers = [int(match[1]) for name in names if (match := re.match(r"ex(\d{2,3})_", name))]
    return f"ex{max(numbers, default=0) + 1:02}"


# ---- files -----------------------------------------------------------------------------------------------------------


def _template() -> dict[str, str]:
    """The files of the kit that is copied, by their paths in it."""
    found = files_in(builtin_root() / "templates" / "kit")
    texts = {name: path.read_text(encoding="utf-8") for name, path in sorted(found.items())}
    return {"." + name if name == _GIT_IGNORES else name: text for name, text in texts.items()}


def _write(root: Path, files: Mapping[str, str]) -> None:
    """Write new files. Raises KitError before the first is written if one of them is there already."""
    there = [name for name in files if os.path.lexists(root / name)]
    if there:
        more = f", and so are {len(there) - 1} more" if there[1:] else ""
        hint = "Choose another folder, or move it away: nothing is overwritten."
        raise KitError(f"{root / there[0]}: this file is there already{more}", hint=hint)
    try:
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            # Exclusive: a file that has appeared since stays as it is.
            with (root / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise _not_written(error, root) from error


def _replace(path: Path, text: str) -> None:
    try:
        replace_file(path, [text.encode()])
    except OSError as error:
        raise _not_written(error, path) from error


def _not_written(error: OSError, path: Path) -> KitError:
    reason = error.strerror or type(error).__name__
    return KitError(f"{error.filename or path}: {reason}", hint="Choose a folder that you may write to.")
