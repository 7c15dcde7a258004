"""Where am I, what next: what `grade` alone and `grade list` show, without reading hidden tests or attempts.

``glance`` gives None where anything is odd or not remembered. The way round it, ``Desk``, then reads all of the kit and
the attempts, says what is wrong, and remembers what it has found.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk.folder import Workspace, find_workspace, kit_root_for
from grader.desk.standing import Standing, Standings
from grader.desk.whereto import remember, ways_to_a_workspace
from grader.kit.outline import OutlinedExercise, read_outline
from grader.reports.progress import Command, ExerciseProgress, ExerciseState

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.screen import Glyphs


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the lesson and the file of an exercise lie, as the learner types them."""

    lesson: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How far the learner is. ``here`` is the id of the exercise in whose folder the command works."""

    title: str
    version: str
    entries: tuple[ExerciseProgress, ...]
    troubles: dict[str, str]
    """Why the last attempt at an exercise did not pass, by its id."""
    places: dict[str, Place]
    """By id; empty outside of a workspace."""
    here: str | None
    directory: Path

    @property
    def following(self) -> ExerciseProgress | None:
        """The exercise to do next."""
        return next_open(self.entries, self.here)


def glance(directory: Path, kit: Path | None) -> Glance | None:
    """Look at the workspace round a folder. Raises WorkspaceError if its marker cannot be read, or names no kit."""
    workspace = find_workspace(directory)
    outline = read_outline(kit_root_for(directory, kit, workspace))
    if outline is None:
        return None
    standings = None if workspace is None else Standings(workspace.root)
    entries, troubles = [], {}
    for exercise in outline.exercises:
        standing = Standing() if standings is None else standings.of(exercise.id)
        if standing is None:
            return None
        entries.append(_entry(exercise, standing))
        troubles[exercise.id] = standing.trouble
    if workspace is not None:
        remember(workspace)
    return Glance(
        title=outline.title,
        version=outline.version,
        entries=tuple(entries),
        troubles=troubles,
        places={one.id: _place(workspace, one, directory) for one in outline.exercises} if workspace else {},
        here=_here(workspace, outline.exercises, directory),
        directory=directory,
    )


def show(console: Console, glyphs: Glyphs, seen: Glance) -> None:
    """Show how far the learner is, and what comes next."""
    from grader.reports.overview import show_overview

    following = seen.following
    note = seen.troubles.get(following.id, "") if following else ""
    show_overview(
        console, seen.title, seen.entries, following=following, note=note, commands=next_steps(seen), glyphs=glyphs
    )


def next_steps(seen: Glance) -> tuple[Command, ...]:
    """What the learner reads, writes and types next, in this order."""
    if not seen.places:
        return ways_to_a_workspace(seen.directory)
    following = seen.following
    if following is None:
        return (Command(line="grade report --open", does="the end of the course: your programs at work"),)
    place, name = seen.places[following.id], following.id
    file, check = Command(line=place.file, does="your file"), Command(line=f"grade {name}", does="check your file")
    if following.state is ExerciseState.FAILING:
        return (file, check, Command(line=f"grade hint {name}", does="a hint"))
    return (Command(line=place.lesson, does="the lesson and the task"), file, check)


def next_open(entries: Sequence[ExerciseProgress], here: str | None) -> ExerciseProgress | None:
    """The exercise to do next: the one in whose folder the command works, else the first that is not complete."""
    todo = [entry for entry in entries if entry.state is not ExerciseState.COMPLETE]
    return next((entry for entry in todo if entry.id == here), todo[0] if todo else None)


def typed(path: Path, directory: Path) -> str:
    """A path as the learner types it in a folder; a link is named itself, and not the file it leads to."""
    return os.path.relpath(path, directory.resolve())


def _entry(exercise: OutlinedExercise, standing: Standing) -> ExerciseProgress:
    return ExerciseProgress(
        id=exercise.id,
        title=exercise.title,
        summary=exercise.summary,
        level=exercise.level,
        minutes=exercise.minutes,
        concepts=exercise.concepts,
        after=exercise.after,
        state=standing.state,
        points=standing.points,
    )


def _place(workspace: Workspace, exercise: OutlinedExercise, directory: Path) -> Place:
    folder = workspace.root / exercise.folder
    return Place(lesson=typed(folder / "README.md", directory), file=typed(folder / exercise.file, directory))


def _here(workspace: Workspace | None, exercises: Sequence[OutlinedExercise], directory: Path) -> str | None:
    if workspace is None:
        return None
    try:
        first = directory.resolve().relative_to(workspace.root).parts[:1]
    except ValueError:
        return None
    return next((exercise.id for exercise in exercises if (exercise.folder,) == first), None)
