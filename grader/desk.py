"""What each command does, between the arguments and the screen: find the kit and the workspace, grade, report."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader import guidance, progress
from grader import kit as kits
from grader import workspace as workspaces
from grader.errors import UsageError, WorkspaceError
from grader.kit import Exercise, Kit
from grader.reports.files import write_file
from grader.verdict import Verdict
from grader.workspace import Made, Workspace

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.glyphs import Glyphs
    from grader.reports.next_steps import Command
    from grader.reports.views import Progress

REPORT = "grade-report.html"


class Desk:
    """One invocation of ``grade``: a folder, the workspace it lies in, and a kit."""

    def __init__(self, *, directory: Path, kit: Path | None) -> None:
        self.directory = directory
        self._kit_given = kit

    @cached_property
    def workspace(self) -> Workspace | None:
        return workspaces.find(self.directory)

    @cached_property
    def kit(self) -> Kit:
        """The kit named on the command line, else the workspace's, else the built-in one."""
        if self._kit_given is not None:
            return kits.load(self._kit_given)
        if self.workspace is None:
            return kits.load(kits.builtin_root())
        if not self.workspace.kit_root.is_dir():
            marker = self.workspace.root / workspaces.MARKER
            hint = f"Correct `kit = ...` in that file; it may be {workspaces.BUILT_IN!r}."
            raise WorkspaceError(f"{marker}: there is no kit in {self.workspace.kit_root}", hint=hint)
        return kits.load(self.workspace.kit_root)

    def shown(self, path: Path) -> str:
        """A path as it is typed from where the command works."""
        return os.path.relpath(path.resolve(), self.directory.resolve())

    def create(self, directory: Path | None) -> tuple[Path, Made]:
        """Make or refresh the workspace there; without a directory, the one we are in, or one right here."""
        if directory is None:
            root = self.workspace.root if self.workspace else self.directory
            return root, workspaces.create(root, self.kit)
        root = self.directory / directory
        return root, workspaces.create(root, Desk(directory=root, kit=self._kit_given).kit)

    def way_in(self, root: Path, made: Made) -> str:
        """What to do first in a workspace that was made or refreshed."""
        if workspaces.MARKER not in made.written:
            return "`grade` says where you are and what comes next"
        first = self.kit.exercises[0]
        there = "" if root.samefile(self.directory) else f"cd {shlex.quote(self.shown(root))}, "
        return f"{there}read {first.folder.name}/{first.lesson.name}, and run `grade {first.id}`"

    def reset(self, id: str) -> str:
        """Put the stub of an exercise back, and say where the learner's file has gone."""
        workspace, exercise = self._need_workspace(), self.kit.exercise(id)
        file, copy = self.shown(workspace.file_of(exercise)), workspaces.reset(workspace, exercise)
        kept = f"Your file is kept as {self.shown(copy)}.\n" if copy else ""
        return f"{kept}{file} is the stub. Next: write it, and run `grade {id}`."

    # ---- exercises ---------------------------------------------------------------------------------------------------

    def choose(self, ids: Sequence[str]) -> Sequence[Exercise]:
        """The exercises meant: those named, or the one whose folder this is."""
        if ids:
            return [self.kit.exercise(id) for id in dict.fromkeys(ids)]
        if here := self._exercise_here():
            return [here]
        first = self.kit.exercises[0].id
        raise UsageError("which exercise?", hint=f"Name one, as in `grade {first}`, or all with `grade run --all`.")

    def _exercise_here(self) -> Exercise | None:
        return workspaces.exercise_here(self.workspace, self.kit, self.directory) if self.workspace else None

    def file_of(self, exercise: Exercise) -> Path:
        """The learner's file. Raises UsageError where there is no workspace."""
        if self.workspace is not None:
            return self.workspace.file_of(exercise)
        way = progress.ways_to_a_workspace(self.directory)[0].line
        name = exercise.file if (self.directory / exercise.file).is_file() else "PATH"
        hint = f"Type `{way}`, or name a file: `grade {exercise.id} --file {name}`."
        raise UsageError("this is not a folder of exercises", hint=hint)

    def _chosen(self, id: str | None) -> Exercise:
        """The exercise of that id, or the one we are in."""
        if id is not None:
            return self.kit.exercise(id)
        if here := self._exercise_here():
            return here
        hint = f"Name one, as in `{self.kit.exercises[0].id}`, or go to the folder of an exercise."
        raise UsageError("which exercise?", hint=hint)

    # ---- screens and pages -------------------------------------------------------------------------------------------

    def overview(self, console: Console, glyphs: Glyphs) -> None:
        """Where am I, what next."""
        from grader.reports.terminal_overview import show_overview

        here = self._exercise_here()
        entries = self._progress()
        following = progress.following(entries, here.id if here else None)
        show_overview(
            console,
            self.kit.title,
            entries,
            following=following,
            note=progress.last_trouble(self._attempts(self.kit.exercise(following.id))) if following else "",
            commands=self._next_steps(following),
            glyphs=glyphs,
        )

    def _next_steps(self, following: Progress | None) -> tuple[Command, ...]:
        if self.workspace is None:
            return progress.ways_to_a_workspace(self.directory)
        return progress.next_steps(following, self.paths(self.kit.exercise(following.id)) if following else None)

    def paths(self, exercise: Exercise) -> progress.Paths:
        """The lesson and the file of an exercise, as they are typed from here."""
        file = os.path.relpath(self.file_of(exercise), self.directory.resolve())
        return progress.Paths(lesson=os.path.join(os.path.dirname(file), exercise.lesson.name), file=file)

    def list_exercises(self, console: Console, glyphs: Glyphs) -> None:
        from grader.reports.terminal_overview import show_list

        show_list(console, self._progress(), glyphs=glyphs)

    def progress_document(self) -> str:
        """What ``--json`` prints for ``grade`` and ``grade list``."""
        return progress.document(self.kit, self._progress())

    def _progress(self) -> list[Progress]:
        return [progress.of(exercise, self._attempts(exercise)) for exercise in self.kit.exercises]

    def _attempts(self, exercise: Exercise) -> list[Verdict]:
        return workspaces.attempts(self.workspace, exercise) if self.workspace else []

    def write_report(self, out: Path | None) -> Path:
        """Write the last attempt at every exercise as one page. Raises WorkspaceError if there is none."""
        from grader.reports.html import learner_page

        workspace = self._need_workspace()
        last = [attempts[-1] for exercise in self.kit.exercises if (attempts := self._attempts(exercise))]
        if not last:
            first = self.kit.exercises[0].id
            raise WorkspaceError("there is nothing to report yet", hint=f"Run `grade {first}` first.")
        path = workspace.root / REPORT if out is None else self.directory / out
        page = learner_page(
            last,
            kit_title=self.kit.title,
            diagnoses=self.kit.diagnoses,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            templates=kits.builtin_root() / "templates",
        )
        write_file(path, page, option="--out FILE")
        return path

    def _need_workspace(self) -> Workspace:
        if self.workspace is None:
            way = progress.ways_to_a_workspace(self.directory)[0].line
            hint = f"Type `{way}`, or give the folder with -C."
            raise WorkspaceError("this is not a folder of exercises", hint=hint)
        return self.workspace

    # ---- for those who are stuck -------------------------------------------------------------------------------------

    def hint(self, id: str | None) -> str:
        """The next hint to the last attempt at an exercise."""
        workspace, exercise = self._need_workspace(), self._chosen(id)
        return guidance.hint(workspace, self.kit, exercise, self._attempts(exercise))

    def explain(self, slug: str | None) -> str:
        """The long explanation of a diagnosis, or what there is to explain."""
        return guidance.explain(self.kit, slug) if slug else guidance.diagnoses(self.kit)

    def solution(self, id: str | None) -> str:
        """The reference answer. Raises UsageError before the exercise is complete, or if the kit has no answers."""
        exercise = self._chosen(id)
        return guidance.solution(exercise, self._attempts(exercise))
