"""What a learner does with a folder of exercises: make it, see how far they are, get unstuck, and report.

``Desk`` has one method for each command; grading itself is in ``desk.run``.
"""

from __future__ import annotations

import json
import os
import shlex
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk.course import write_course
from grader.desk.hints import Subject, last_failure, next_hint, own_failure_said
from grader.desk.lastruns import LastRuns, has_changed, state_folder
from grader.desk.workspace import (
    BUILT_IN,
    MARKER,
    STATE,
    Made,
    Workspace,
    best_attempt,
    create_workspace,
    exercise_at,
    find_workspace,
    put_stub_back,
    read_attempts,
    workspaces_below,
)
from grader.errors import UsageError, WorkspaceError
from grader.files import write_file
from grader.judge.verdict import FORMAT, Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root, is_kit, load_kit
from grader.reports.views import Command, ExerciseProgress, ExerciseState
from grader.text import clean_line

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.screen import Glyphs

REPORT = "grade-report.html"
HINTS = "hints.json"
MAX_COMMAND = 4000
UNTOUCHED = "untouched"
WIDTH = 80


class Desk:
    """One invocation of ``grade``: a folder, the workspace it lies in, and a kit."""

    def __init__(self, *, directory: Path, kit: Path | None) -> None:
        self.directory = directory
        self.kit_given = kit

    @cached_property
    def workspace(self) -> Workspace | None:
        return find_workspace(self.directory)

    @cached_property
    def kit(self) -> Kit:
        """The kit named on the command line, else that of this folder, else the workspace's, else the built-in one."""
        return load_kit(self.kit_root)

    @cached_property
    def kit_root(self) -> Path:
        """The folder of that kit, which need not have been read."""
        if self.kit_given is not None:
            return self.kit_given
        # Where a folder is both, its grade.toml says which kit its answers are for.
        if is_kit(self.directory) and not (self.directory / MARKER).is_file():
            return self.directory
        if self.workspace is None:
            return builtin_root()
        if not self.workspace.kit_root.is_dir():
            hint = f"Correct `kit = ...` in that file; it may be {BUILT_IN!r}."
            marker = self.workspace.root / MARKER
            raise WorkspaceError(f"{marker}: there is no kit in {self.workspace.kit_root}", hint=hint)
        return self.workspace.kit_root

    # ---- the folder --------------------------------------------------------------------------------------------------

    def create(self, directory: Path | None) -> tuple[Path, Made]:
        """Make or refresh a workspace: in that directory, else the one around this folder, else in this folder."""
        if directory is None:
            root = self.workspace.root if self.workspace else self.directory
            return root, create_workspace(root, self.kit)
        root = self.directory / directory
        there = Desk(directory=root, kit=self.kit_given)
        kit = self.kit if there.workspace is None and self.kit_root == self.directory else there.kit
        return root, create_workspace(root, kit)

    def way_in(self, root: Path, made: Made) -> str:
        """What the learner does first in a workspace that was made or refreshed."""
        if MARKER not in made.written:
            return "`grade` says where you are and what comes next"
        first = self.kit.exercises[0]
        there = "" if root.samefile(self.directory) else f"cd {shlex.quote(self.shown(root))}, "
        return f"{there}read {first.folder.name}/{first.lesson.name}, and run `grade {first.id}`"

    def reset(self, id: str) -> str:
        """Put the stub of an exercise back, and say where the learner's file has gone."""
        workspace, exercise = self._need_workspace(), self.kit.exercise(id)
        file, copy = self.shown(workspace.file_of(exercise)), put_stub_back(workspace, exercise)
        kept = f"Your file is kept as {self.shown(copy)}.\n" if copy else ""
        return f"{kept}{file} is the stub. Next: write it, and run `grade {id}`."

    def shown(self, path: Path) -> str:
        """A path as the learner types it in the folder where the command works."""
        return os.path.relpath(path.resolve(), self.directory.resolve())

    def _need_workspace(self) -> Workspace:
        if self.workspace is None:
            hint = f"Type `{ways_to_a_workspace(self.directory)[0].line}`, or give the folder with -C."
            raise WorkspaceError("this is not a folder of exercises", hint=hint)
        return self.workspace

    # ---- exercises ---------------------------------------------------------------------------------------------------

    def choose(self, ids: Sequence[str]) -> Sequence[Exercise]:
        """The named exercises in their order, each once; without names, the one in whose folder the command works."""
        if ids:
            return [self.kit.exercise(id) for id in dict.fromkeys(ids)]
        return [self._need_exercise(f"`grade {self.kit.exercises[0].id}`, or all with `grade run --all`")]

    def _choose_one(self, id: str | None) -> Exercise:
        if id is not None:
            return self.kit.exercise(id)
        return self._need_exercise(f"`{self.kit.exercises[0].id}`, or go to the folder of an exercise")

    def _need_exercise(self, example: str) -> Exercise:
        if here := self._here():
            return here
        raise UsageError("which exercise?", hint=f"Name one, as in {example}.")

    def _here(self) -> Exercise | None:
        return exercise_at(self.workspace, self.kit, self.directory) if self.workspace else None

    def file_of(self, exercise: Exercise) -> Path:
        """The learner's file. Raises UsageError where there is no workspace."""
        if self.workspace is not None:
            return self.workspace.file_of(exercise)
        way = ways_to_a_workspace(self.directory)[0].line
        name = exercise.file if (self.directory / exercise.file).is_file() else "PATH"
        hint = f"Type `{way}`, or name a file: `grade {exercise.id} --file {name}`."
        raise UsageError("this is not a folder of exercises", hint=hint)

    def _attempts(self, exercise: Exercise) -> list[Verdict]:
        return read_attempts(self.workspace, exercise) if self.workspace else []

    # ---- how far, and what next --------------------------------------------------------------------------------------

    def overview(self, console: Console, glyphs: Glyphs) -> None:
        """Show how far the learner is, and what comes next."""
        from grader.reports.terminal import show_overview

        entries = self._progress()
        following = next_open(entries, self._here())
        show_overview(
            console,
            self.kit.title,
            entries,
            following=following,
            note=last_trouble(self._attempts(self.kit.exercise(following.id))) if following else "",
            commands=self._next_steps(following),
            glyphs=glyphs,
        )

    def following(self) -> Exercise | None:
        """The exercise that `grade` alone names as the next one; None if all are complete."""
        entry = next_open(self._progress(), self._here())
        return None if entry is None else self.kit.exercise(entry.id)

    def list_exercises(self, console: Console, glyphs: Glyphs) -> None:
        """Show every exercise, and how far the learner is with it."""
        from grader.reports.terminal import show_list

        show_list(console, self._progress(), glyphs=glyphs)

    def progress_document(self) -> str:
        """What ``--json`` prints for ``grade`` and ``grade list``."""
        exercises = [asdict(entry) for entry in self._progress()]
        kit = f"{self.kit.title} {self.kit.version}"
        return json.dumps({"format": FORMAT, "kit": kit, "exercises": exercises}, indent=1)

    def _progress(self) -> list[ExerciseProgress]:
        return [progress_of(exercise, self._attempts(exercise)) for exercise in self.kit.exercises]

    def _next_steps(self, following: ExerciseProgress | None) -> tuple[Command, ...]:
        """What the learner reads, writes and types next, in this order."""
        if self.workspace is None:
            return ways_to_a_workspace(self.directory)
        if following is None:
            return (Command(line="grade report", does="all of it on one page"),)
        exercise = self.kit.exercise(following.id)
        file = Command(line=self._typed(self.file_of(exercise)), does="your file")
        check = Command(line=f"grade {exercise.id}", does="check your file")
        if following.state is ExerciseState.FAILING:
            return (file, check, Command(line=f"grade hint {exercise.id}", does="a hint"))
        return (self.lesson_of(exercise), file, check)

    def lesson_of(self, exercise: Exercise) -> Command:
        """The lesson of an exercise, with the path that the learner types here."""
        lesson = self.file_of(exercise).with_name(exercise.lesson.name)
        return Command(line=self._typed(lesson), does="the lesson and the task")

    def _typed(self, path: Path) -> str:
        """Like ``shown``, but names a link itself and not the file it leads to."""
        return os.path.relpath(path, self.directory.resolve())

    def write_course(self) -> Path:
        """Write the lessons as pages, with how far the learner is, and return the overview."""
        workspace, entries = self._need_workspace(), self._progress()
        following = next_open(entries, self._here())
        return write_course(
            workspace.root, self.kit, entries, following=following, commands=self._next_steps(following)
        )

    def has_attempts(self) -> bool:
        """Whether there is anything to report."""
        return any(self._attempts(exercise) for exercise in self.kit.exercises)

    def write_report(self, out: Path | None) -> Path:
        """Write the last attempt at every exercise as one page. Raises WorkspaceError if there is none."""
        from grader.reports.page import learner_page

        return self._write_page(out, learner_page)

    def write_report_with_every_step(self, out: Path | None) -> Path:
        """Write the same page with every play that failed to step through."""
        from grader.reports.page import learner_page_with_every_step

        return self._write_page(out, learner_page_with_every_step)

    def _write_page(self, out: Path | None, rendered: Callable[..., str]) -> Path:
        workspace = self._need_workspace()
        last = [attempts[-1] for exercise in self.kit.exercises if (attempts := self._attempts(exercise))]
        if not last:
            first = self.kit.exercises[0].id
            raise WorkspaceError("there is nothing to report yet", hint=f"Run `grade {first}` first.")
        path = workspace.root / REPORT if out is None else self.directory / out
        page = rendered(
            last,
            kit_title=self.kit.title,
            diagnoses=self.kit.diagnoses,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            templates=builtin_root() / "templates",
        )
        write_file(path, page, option="--out FILE")
        return path

    # ---- for those who are stuck -------------------------------------------------------------------------------------

    def hint(self, id: str | None) -> str:
        """The next hint for the last attempt at an exercise."""
        workspace, exercise = self._need_workspace(), self._choose_one(id)
        subject = Subject(
            exercise=exercise,
            last=next(reversed(self._attempts(exercise)), None),
            again=f"grade hint {exercise.id}",
            key=exercise.id,
            shown=workspace.root / STATE / HINTS,
        )
        return next_hint(self.kit, subject)

    def hint_for_file(self, id: str | None, file: Path) -> str:
        """The next hint for the last run of ``grade EX --file FILE``."""
        exercise, path, state = self._choose_one(id), self.directory / file, state_folder(self.workspace)
        last = LastRuns(state).of(path, exercise.id)
        subject = Subject(
            exercise=exercise,
            last=last,
            again=clean_line(self.typed("hint", exercise, file), MAX_COMMAND),
            key=f"{exercise.id} {os.path.realpath(path)}",
            shown=None if state is None else state / HINTS,
        )
        hint = next_hint(self.kit, subject)
        check = clean_line(self.typed("run", exercise, file), MAX_COMMAND)
        if last is None:
            return f"{hint}\n\nnote: this file has not been checked yet; `{check}` does it"
        return f"{hint}\n\nnote: the file has changed since; `{check}` checks it" if has_changed(path, last) else hint

    def check_of_kit(self) -> str:
        """The command that checks the kit of this invocation."""
        return shlex.join(["grade", "kit", "check", *([] if self.kit_given is None else [str(self.kit_given)])])

    def typed(self, command: str, exercise: Exercise, file: Path) -> str:
        """A command for a file that is graded with ``--file``, with the options that this one was given."""
        words = ["grade", *([] if command == "run" else [command]), exercise.id, "--file", str(file)]
        if self.kit_given is not None:
            here = self.kit_given.is_relative_to(self.directory)
            words += ["--kit", str(self.kit_given.relative_to(self.directory) if here else self.kit_given)]
        if self.directory != Path():
            words += ["-C", str(self.directory)]
        return shlex.join(words)

    def explain(self, slug: str) -> str:
        """The long explanation of a diagnosis. Raises UsageError, with the nearest name, for an unknown one."""
        diagnosis = self.kit.diagnoses.get(slug)
        if diagnosis is None:
            near = get_close_matches(slug, self.kit.diagnoses, n=1)
            hint = f"Did you mean `grade explain {near[0]}`?" if near else "See them all with `grade explain`."
            raise UsageError(f"there is no diagnosis {slug!r}", hint=hint)
        explained = f"{slug}: {diagnosis.sentence}\n\n{diagnosis.explanation}\n\nhelp: {diagnosis.help}"
        own = last_failure(self._readable_attempts(), slug)
        return explained if own is None else f"{explained}\n\n{own_failure_said(*own)}"

    def _readable_attempts(self) -> Iterator[Verdict]:
        """All attempts in the workspace, but for files that are damaged: what is explained does not depend on them."""
        for exercise in self.kit.exercises:
            with suppress(WorkspaceError):
                yield from self._attempts(exercise)

    def list_diagnoses(self) -> str:
        """Every diagnosis of the kit, in one line or two each."""
        indent = max(map(len, self.kit.diagnoses)) + 2
        lines = [
            textwrap.fill(f"{slug:{indent}}{diagnosis.sentence}", WIDTH, subsequent_indent=" " * indent)
            for slug, diagnosis in sorted(self.kit.diagnoses.items())
        ]
        return "\n".join([*lines, "", "`grade explain DIAGNOSIS` says more about one of them."])

    def solution(self, id: str | None) -> str:
        """The reference answer. Raises UsageError until the exercise is complete, or if the kit has no answers."""
        exercise = self._choose_one(id)
        best = best_attempt(self._attempts(exercise))
        if best is None or best.status is not Status.PASS:
            hint = f"Ask for a hint with `grade hint {exercise.id}`."
            raise UsageError(f"{exercise.id} is not complete yet, and its answer is shown afterwards", hint=hint)
        if exercise.reference is None:
            raise UsageError("this kit comes without answers", hint="Ask your instructor for them.")
        return exercise.reference.read_text(encoding="utf-8")


def ways_to_a_workspace(folder: Path) -> tuple[Command, ...]:
    """What the learner types in a folder that is no workspace."""
    below = workspaces_below(folder)
    if below:
        return tuple(Command(line=f"cd {shlex.quote(name)}", does="your folder of exercises") for name in below)
    return (Command(line="grade init DIR", does="makes a folder to work in"),)


# ---- progress --------------------------------------------------------------------------------------------------------


def progress_of(exercise: Exercise, attempts: Sequence[Verdict]) -> ExerciseProgress:
    """How far the learner is with an exercise after these attempts."""
    best = best_attempt(attempts)
    return ExerciseProgress(
        id=exercise.id,
        title=exercise.title,
        summary=exercise.summary,
        level=exercise.level,
        minutes=exercise.minutes,
        concepts=exercise.concepts,
        after=exercise.after,
        state=_state(attempts, best),
        points=best.points if best else 0.0,
        total=sum(test.points for test in exercise.tests),
    )


def _state(attempts: Sequence[Verdict], best: Verdict | None) -> ExerciseState:
    if best is not None:
        return ExerciseState.COMPLETE if best.status is Status.PASS else ExerciseState.FAILING
    return ExerciseState.FAULTY if attempts and not is_stub(attempts[-1]) else ExerciseState.NEW


def is_stub(verdict: Verdict) -> bool:
    """Whether the learner has not written anything yet."""
    return any(fault.kind == UNTOUCHED for fault in verdict.faults)


def next_open(entries: Sequence[ExerciseProgress], here: Exercise | None) -> ExerciseProgress | None:
    """The exercise to do next: the one in whose folder the command works, else the first that is not complete."""
    todo = [entry for entry in entries if entry.state is not ExerciseState.COMPLETE]
    return next((entry for entry in todo if here and entry.id == here.id), todo[0] if todo else None)


def last_trouble(attempts: Sequence[Verdict]) -> str:
    """Why the last attempt at an exercise did not pass; empty for a pass and for an untouched stub."""
    if not attempts or is_stub(attempts[-1]):
        return ""
    for fault in attempts[-1].faults:
        return f"the last attempt cannot be judged: {fault.error}"
    failing = next((test for test in attempts[-1].tests if not test.passed), None)
    return f"the last attempt fails test {failing.number}: {failing.label}" if failing else ""
