"""Which exercise a learner means who types a name, a number or the path of a file."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from grader.desk.workspace import Workspace, exercise_at
from grader.errors import UsageError
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit


def exercise_meant(kit: Kit, workspace: Workspace | None, directory: Path, word: str) -> Exercise:
    """The exercise that a word means, seen from a folder.

    A path means an exercise if the file that counts lies there, or its lesson, or its folder. Raises UsageError for
    another file, because checking the learner's own instead of it would be a surprise, and for a word like none.
    """
    path = directory / word
    if not _is_path(word):
        return kit.exercise(word)
    exercise = exercise_at(workspace, kit, path) if workspace is not None else None
    if workspace is not None and exercise is not None and path.exists():
        own = workspace.file_of(exercise)
        if path.resolve() in {each.resolve() for each in (own, own.parent, own.with_name(exercise.lesson.name))}:
            return exercise
        raise UsageError(f"{word} is not your file of {exercise.id}", hint=_with_file(exercise, word))
    return _named_in(kit, word, there=path.exists())


def may_mean_exercise(kit: Kit, word: str) -> bool:
    """Whether a word is for ``exercise_meant``, be it only to say what is wrong with it."""
    return _is_path(word) or word.isdecimal() or kit.means(word)


def _is_path(word: str) -> bool:
    return word.endswith(".py") or word in (".", "..") or any(mark in word for mark in ("/", "\\", os.sep))


def _named_in(kit: Kit, word: str, *, there: bool) -> Exercise:
    """The exercise named in a path that leads to no file of it from here, such as one typed in another folder.

    Raises UsageError for a file that is not the exercise's own, and for a path without an exercise in it.
    """
    parts = word.replace("\\", "/").rstrip("/").split("/")
    named = next((part for part in reversed(parts) if kit.means(part)), None)
    exercise = kit.exercise(named or kit.exercises[0].id)
    if there and word.endswith(".py"):
        raise UsageError(f"{word} is in no folder of exercises", hint=_with_file(exercise, word))
    if word.endswith(".py") and (parts[-1] != exercise.file or os.path.isabs(word)):
        raise UsageError(f"there is no file {word}", hint=f"Your own is checked by `grade {exercise.id}`.")
    if named is None:
        raise UsageError(f"no exercise is called {word}", hint="`grade list` shows them all.")
    return exercise


def _with_file(exercise: Exercise, word: str) -> str:
    return f"Type `{shlex.join(['grade', exercise.id, '--file', word])}`."
