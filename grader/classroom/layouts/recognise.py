"""Which layout a source has, by evidence that can be put in words, and how files in that layout are claimed.

The instructor is asked to name the layout where the evidence is not clear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from grader.classroom.found import METADATA, FoundFile, Gathered, Knows, Layout, Reader, shown_path
from grader.classroom.layouts import canvas, flat, folders, gradescope, moodle
from grader.errors import ClassroomError
from grader.kit.exercise import Exercise
from grader.text import counted

MOST = 0.75
"""The share of files that must agree. Below it two layouts may be mixed, and a wrong guess would give the work of one
learner to another."""
NAMED = 10
"""Refused files that an error names."""
MAX_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A layout, and what it was recognised by."""

    layout: Layout
    because: str


def recognise(
    source: Path, gathered: Gathered, exercises: Sequence[Exercise], knows: Knows, only: Exercise | None = None
) -> Evidence:
    """Find out the layout; ``only`` is the exercise that alone was asked for.

    Raises ClassroomError, which names the option to give, if the evidence is not clear.
    """
    files = gathered.files
    handed = [file for file in files if file.suffix in (".py", ".html")]
    if not handed:
        raise _nothing_there(source, gathered)
    # A learner may hand in a file of that name, too, which then covers only what that learner handed in.
    metadata = [file for file in files if file.parts[-1] == METADATA]
    inside = gradescope.covered([*handed, *metadata]) - len(metadata)
    if metadata and inside >= MOST * len(handed):
        where = min(metadata, key=lambda file: len(file.parts)).shown
        return Evidence(layout=Layout.GRADESCOPE, because=f"{where} is there")
    evidence = _platform(source, handed) or _folders_or_flat(handed, exercises, knows, only)
    if evidence is None:
        shown = ", ".join(repr(file.shown) for file in handed[:3])[:200]
        message = f"{source}: it is not clear how the submissions are laid out; there are {shown}"
        raise ClassroomError(message, hint="Say it with `--layout folders`, `flat`, `canvas` or `moodle`.")
    return evidence


def reader_of(
    layout: Layout,
    gathered: Gathered,
    source: Path,
    exercises: Sequence[Exercise],
    knows: Knows,
    only: Exercise | None = None,
) -> Reader:
    """How to claim a file of a source in this layout; ``only`` is the exercise that alone was asked for."""
    match layout:
        case Layout.CANVAS:
            return canvas.read
        case Layout.MOODLE:
            return moodle.reader(gathered.files)
        case Layout.GRADESCOPE:
            return gradescope.reader(gathered.files)
        case Layout.FOLDERS:
            return folders.reader(gathered, source.name, exercises, knows)
        case Layout.FLAT:
            return flat.reader(source.name, exercises, only)
        case never:
            assert_never(never)


def _nothing_there(source: Path, gathered: Gathered) -> ClassroomError:
    files, refused = gathered.files, gathered.refused
    what = f"there are {counted(len(files), 'file')}, but no Python file among them" if files else "there are no files"
    if not refused:
        return ClassroomError(f"{source}: {what}", hint="Give the folder or zip of the submissions.")
    reasons = list(dict.fromkeys(f"{shown_path(file.parts)[:MAX_NAME]!r}, {file.reason}" for file in refused))
    more = [f"and {len(reasons) - NAMED} more"] if len(reasons) > NAMED else []
    every = f"{what}, and others were refused" if files else "every file was refused"
    hint = "Ask for these files again, or unpack them yourself, and give that folder."
    return ClassroomError(f"{source}: {every}: {'; '.join((*reasons[:NAMED], *more))}", hint=hint)


def _platform(source: Path, handed: Sequence[FoundFile]) -> Evidence | None:
    tests: tuple[tuple[Layout, Callable[[FoundFile], bool], str], ...] = (
        (Layout.MOODLE, moodle.is_ours, "have _assignsubmission_ in their path, as Moodle writes it"),
        (Layout.CANVAS, canvas.is_ours, "are named name_user_file_upload, as Canvas does it"),
    )
    for layout, is_ours, what in tests:
        count = sum(map(is_ours, handed))
        if count >= MOST * len(handed):
            return Evidence(layout=layout, because=f"{_of(count, handed)} {what}")
        if count >= (1 - MOST) * len(handed):
            raise ClassroomError(
                f"{source}: only {_of(count, handed)} {what}: this looks like two exports in one",
                hint=f"Give one of them, or say which with `--layout {layout}`.",
            )
    return None


def _folders_or_flat(
    handed: Sequence[FoundFile], exercises: Sequence[Exercise], knows: Knows, only: Exercise | None
) -> Evidence | None:
    python = [file for file in handed if file.suffix == ".py"]
    if not python:
        return None
    root = folders.common_root(python, exercises, knows)
    owned = sum(bool(folders.place_of(file, root=root, exercises=exercises).owner) for file in python)
    if owned >= MOST * len(python):
        return Evidence(layout=Layout.FOLDERS, because=f"{_of(owned, python)} lie in a learner's own folder")
    named = sum(flat.names_learner(file, exercises) for file in python)
    loose = len(python) - owned
    if loose >= MOST * len(python) and named >= MOST * loose:
        return Evidence(layout=Layout.FLAT, because=f"{_of(named, python)} say who and what in their names")
    above = sum(len(file.parts) > 1 and folders.is_of_exercise(file.parts[-2], exercises) for file in python)
    if above == loose == len(python):
        return Evidence(
            layout=Layout.FLAT, because=f"{_of(above, python)} lie in a folder that is named like an exercise"
        )
    if only is not None and loose == len(python) and all(flat.names_no_exercise(file, exercises) for file in python):
        return Evidence(
            layout=Layout.FLAT, because=f"{_of(loose, python)} name no exercise, and only {only.id} is asked for"
        )
    return None


def _of(count: int, files: Sequence[FoundFile]) -> str:
    return f"{count} of {len(files)} files"
