"""What a learner does with a folder of exercises: make it, see how far they are, get unstuck, and report.

``Desk`` has one method for each command; grading itself is in ``desk.run``.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from grader.desk import glance
from grader.desk.course import FOLDER as COURSE
from grader.desk.course import write_course
from grader.desk.folder import kit_root_for
from grader.desk.glance import Glance, Place, next_open, typed
from grader.desk.hints import Subject, next_hint, next_hint_now, open_hints
from grader.desk.lastruns import LastRuns, has_changed, state_folder
from grader.desk.meant import exercise_meant, may_mean_exercise
from grader.desk.reset import Reset, apply, difference, partial_reset, undo_command, whole_reset
from grader.desk.standing import Standing, Standings
from grader.desk.whereto import change_to, remember, ways_to_a_workspace
from grader.desk.workspace import (
    MARKER,
    STATE,
    Made,
    Workspace,
    create_workspace,
    exercise_at,
    find_workspace,
    last_tried,
    read_attempts,
)
from grader.errors import UsageError, WorkspaceError
from grader.files import write_file
from grader.judge.verdict import FORMAT, Status, Verdict
from grader.kit import kept
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root
from grader.reports.views import Command, ExerciseProgress, ExerciseState, is_untouched, main_finding
from grader.text import clean_line

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.page import Background
    from grader.reports.screen import Glyphs

REPORT = "grade-report.html"
HINTS = "hints.json"
MAX_COMMAND = 4000
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
        return kept.load(self.kit_root)

    @cached_property
    def kit_root(self) -> Path:
        """The folder of that kit, which need not have been read."""
        return kit_root_for(self.directory, self.kit_given, self.workspace)

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
        there = "" if root.samefile(Path()) else f"{change_to(root)}, "
        return f"{there}read {first.folder.name}/{first.lesson.name}, and run `grade {first.id}`"

    def reset(self, word: str) -> str:
        """Put the stub of an exercise back, and say where the learner's file has gone."""
        return self._applied(whole_reset(self.need_workspace(), self.exercise(word)), "is the stub")

    def reset_only(self, word: str, name: str) -> str:
        """Put one function or class of the stub back, and say where the learner's file has gone."""
        reset = partial_reset(self.need_workspace(), self.exercise(word), name)
        return self._applied(reset, f"has the stub's `{name}`")

    def difference_of_reset(self, word: str, name: str | None) -> str:
        """What a reset would take away and bring; changes nothing."""
        workspace, exercise = self.need_workspace(), self.exercise(word)
        reset = whole_reset(workspace, exercise) if name is None else partial_reset(workspace, exercise, name)
        command = shlex.join(["grade", "reset", exercise.id, *([] if name is None else ["--only", name])])
        if not reset.changes:
            return f"Nothing would be lost: `{command}` changes nothing."
        return f"{difference(reset, self.shown(reset.target))}\nNothing has been changed; `{command}` does it."

    def _applied(self, reset: Reset, now: str) -> str:
        """Do a reset, and say what the file is now."""
        file, id = self.shown(reset.target), reset.exercise.id
        if not reset.changes:
            return f"{file} {now} already. Next: write it, and run `grade {id}`."
        copy = apply(self.need_workspace(), reset)
        kept = ""
        if copy is not None:
            kept = f"Your file is kept as {self.shown(copy)}. To undo this, type\n"
            kept += f"      {undo_command(self.shown(copy), file)}\n"
        return f"{kept}{file} {now} again. Next: write it, and run `grade {id}`."

    def shown(self, path: Path) -> str:
        """A path as the learner types it in the folder where the command works."""
        return os.path.relpath(path.resolve(), self.directory.resolve())

    def need_workspace(self) -> Workspace:
        """The workspace. Raises WorkspaceError where the command works in none."""
        if self.workspace is None:
            hint = f"Type `{ways_to_a_workspace(self.directory)[0].line}`, or give the folder with -C."
            raise WorkspaceError("this is not a folder of exercises", hint=hint)
        return self.workspace

    # ---- exercises ---------------------------------------------------------------------------------------------------

    def exercise(self, word: str) -> Exercise:
        """The exercise that a name, a number or a path means. Raises UsageError, with the nearest command."""
        return exercise_meant(self.kit, self.workspace, self.directory, word)

    def may_mean_exercise(self, word: str) -> bool:
        """Whether ``exercise`` knows something about a word."""
        return may_mean_exercise(self.kit, word)

    def names_of_exercises(self) -> tuple[str, ...]:
        """What a mistyped word may have been: the titles of the exercises."""
        return tuple(name for exercise in self.kit.exercises for name in exercise.title.split(", "))

    def choose(self, ids: Sequence[str]) -> Sequence[Exercise]:
        """The named exercises in their order, each once; without names, the one in whose folder the command works."""
        if ids:
            meant = [self.exercise(id) for id in ids]
            return list({exercise.id: exercise for exercise in meant}.values())
        return [self._need_exercise(f"`grade {self.kit.exercises[0].id}`, or all with `grade run --all`")]

    def choose_one(self, id: str | None) -> Exercise:
        """The named exercise; without a name, the one in whose folder the command works."""
        if id is not None:
            return self.exercise(id)
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

    def attempts(self, exercise: Exercise) -> list[Verdict]:
        """The attempts at an exercise, oldest first; none without a workspace."""
        return read_attempts(self.workspace, exercise) if self.workspace else []

    # ---- how far, and what next --------------------------------------------------------------------------------------

    def overview(self, console: Console, glyphs: Glyphs) -> None:
        """Show how far the learner is, and what comes next."""
        if self.workspace is not None:
            remember(self.workspace)
        glance.show(console, glyphs, self._glance())

    def following(self) -> Exercise | None:
        """The exercise that `grade` alone names as the next one; None if all are complete."""
        entry = self._glance().following
        return None if entry is None else self.kit.exercise(entry.id)

    def list_exercises(self, console: Console, glyphs: Glyphs) -> None:
        """Show every exercise, and how far the learner is with it."""
        from grader.reports.overview import show_list

        show_list(console, self.progress(), glyphs=glyphs)

    def progress_document(self) -> str:
        """What ``--json`` prints for ``grade`` and ``grade list``."""
        exercises = [asdict(entry) for entry in self.progress()]
        kit = f"{self.kit.title} {self.kit.version}"
        return json.dumps({"format": FORMAT, "kit": kit, "exercises": exercises}, indent=1)

    def progress(self) -> list[ExerciseProgress]:
        """How far the learner is with each exercise of the kit."""
        standings = None if self.workspace is None else Standings(self.workspace.root)
        entries = [self._entry(exercise, standings) for exercise in self.kit.exercises]
        if standings is not None:
            standings.write()
        return entries

    def _entry(self, exercise: Exercise, standings: Standings | None) -> ExerciseProgress:
        """How far the learner is with an exercise, as it is remembered or else as the attempts have it."""
        standing = Standing() if standings is None else standings.of(exercise.id)
        if standing is None:
            standing = standing_after(self.attempts(exercise))
            assert standings is not None
            standings.put(exercise.id, standing)
        return _entry_of(exercise, standing)

    def _glance(self) -> Glance:
        entries, here = self.progress(), self._here()
        following = next_open(entries, here.id if here else None)
        trouble = ""
        if self.workspace is not None and following is not None:
            trouble = (Standings(self.workspace.root).of(following.id) or Standing()).trouble
        return Glance(
            title=self.kit.title,
            version=self.kit.version,
            entries=tuple(entries),
            troubles={following.id: trouble} if following else {},
            places={one.id: self._place(one) for one in self.kit.exercises} if self.workspace else {},
            here=here.id if here else None,
            directory=self.directory,
        )

    def _place(self, exercise: Exercise) -> Place:
        file = self.file_of(exercise)
        return Place(
            lesson=typed(file.with_name(exercise.lesson.name), self.directory), file=typed(file, self.directory)
        )

    def lesson_of(self, exercise: Exercise) -> Command:
        """The lesson of an exercise, with the path that the learner types here."""
        return Command(line=self._place(exercise).lesson, does="the lesson and the task")

    def write_course(self) -> Path:
        """Write the lessons as pages, with how far the learner is, and return the overview."""
        workspace, seen = self.need_workspace(), self._glance()
        return write_course(
            workspace.root, self.kit, seen.entries, following=seen.following, commands=glance.next_steps(seen)
        )

    def has_attempts(self) -> bool:
        """Whether there is anything to report."""
        return any(self.attempts(exercise) for exercise in self.kit.exercises)

    def write_report(self, out: Path | None) -> Path:
        """Write the last attempt at every exercise as one page. Raises WorkspaceError if there is none."""
        from grader.reports.page import learner_page

        return self._write_page(out, learner_page)

    def write_report_with_every_step(self, out: Path | None) -> Path:
        """Write the same page with every play that failed to step through."""
        from grader.reports.page import learner_page_with_every_step

        return self._write_page(out, learner_page_with_every_step)

    def _write_page(self, out: Path | None, rendered: Callable[..., str]) -> Path:
        workspace = self.need_workspace()
        last = [attempts[-1] for exercise in self.kit.exercises if (attempts := self.attempts(exercise))]
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
            background=self._background(path),
        )
        write_file(path, page, option="--out FILE")
        return path

    def _background(self, page: Path) -> Background:
        """What the page at this path says besides the last verdicts; it leads to the lessons if they are written."""
        from grader.reports.page import Background

        workspace = self.need_workspace()
        lessons = workspace.root / COURSE
        course = quote(Path(os.path.relpath(lessons.resolve(), page.parent.resolve())).as_posix()) + "/"
        return Background(
            progress=tuple(self.progress()),
            attempts={exercise.id: self.attempts(exercise) for exercise in self.kit.exercises},
            hints={exercise.id: open_hints(self.kit, self._subject(exercise)) for exercise in self.kit.exercises},
            course=course if lessons.is_dir() else "",
        )

    # ---- for those who are stuck -------------------------------------------------------------------------------------

    def hint(self, id: str | None) -> str:
        """The next hint that is open, for the last run of an exercise."""
        subject = self._subject(self._choose_tried(id))
        return self._with_note(next_hint(self.kit, subject), subject, self.file_of(subject.exercise))

    def hint_now(self, id: str | None) -> str:
        """The next hint for the last run of an exercise, also if its level is not open."""
        return next_hint_now(self.kit, self._subject(self._choose_tried(id)))

    def hint_for_file(self, id: str | None, file: Path) -> str:
        """The next hint that is open, for the last run of ``grade EX --file FILE``."""
        subject = self._subject_of_file(self.choose_one(id), file)
        return self._with_note(next_hint(self.kit, subject), subject, self.directory / file)

    def hint_now_for_file(self, id: str | None, file: Path) -> str:
        """The next hint for the last run of ``grade EX --file FILE``, also if its level is not open."""
        return next_hint_now(self.kit, self._subject_of_file(self.choose_one(id), file))

    def _choose_tried(self, id: str | None) -> Exercise:
        """The named exercise; without a name the one in whose folder the command works, else the one run last."""
        workspace = self.need_workspace()
        tried = last_tried(workspace, self.kit) if id is None and self._here() is None else None
        return tried or self.choose_one(id)

    def _subject(self, exercise: Exercise) -> Subject:
        """The last run of a file of the workspace: an attempt, or a later run of some tests."""
        workspace = self.need_workspace()
        attempt = next(reversed(self.attempts(exercise)), None)
        partial = LastRuns(state_folder(workspace)).of(workspace.file_of(exercise), exercise.id)
        return Subject(
            exercise=exercise,
            last=partial or attempt,
            again=f"grade hint {exercise.id}",
            check=f"grade {exercise.id}",
            key=exercise.id,
            shown=workspace.root / STATE / HINTS,
        )

    def _subject_of_file(self, exercise: Exercise, file: Path) -> Subject:
        path, state = self.directory / file, state_folder(self.workspace)
        return Subject(
            exercise=exercise,
            last=LastRuns(state).of(path, exercise.id),
            again=clean_line(self.typed("hint", exercise, file), MAX_COMMAND),
            check=clean_line(self.typed("run", exercise, file), MAX_COMMAND),
            key=f"{exercise.id} {os.path.realpath(path)}",
            shown=None if state is None else state / HINTS,
        )

    def _with_note(self, hint: str, subject: Subject, path: Path) -> str:
        """A hint, with a note where the last run does not tell how the file is now."""
        if subject.last is None:
            return f"{hint}\n\nnote: this file has not been checked yet; `{subject.check}` does it"
        changed = has_changed(path, subject.last)
        return f"{hint}\n\nnote: the file has changed since; `{subject.check}` checks it" if changed else hint

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


# ---- progress --------------------------------------------------------------------------------------------------------


def progress_of(exercise: Exercise, attempts: Sequence[Verdict]) -> ExerciseProgress:
    """How far the learner is with an exercise after these attempts, the oldest first."""
    return _entry_of(exercise, standing_after(attempts))


def _entry_of(exercise: Exercise, standing: Standing) -> ExerciseProgress:
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
        total=sum(test.points for test in exercise.tests),
    )


def standing_after(attempts: Sequence[Verdict]) -> Standing:
    """How far the learner is with an exercise after these attempts, the oldest first."""
    standing = Standing()
    for attempt in attempts:
        standing = standing_with(standing, attempt)
    return standing


def standing_with(before: Standing, verdict: Verdict) -> Standing:
    """How far the learner is after one more attempt: the best one counts, and of equals the latest."""
    trouble = last_trouble(verdict)
    counts = verdict.complete_run and verdict.status in (Status.PASS, Status.FAIL)
    if counts and (not before.is_judged or verdict.points >= before.points):
        state = ExerciseState.COMPLETE if verdict.status is Status.PASS else ExerciseState.FAILING
        return Standing(state=state, points=verdict.points, trouble=trouble)
    if before.is_judged:
        return replace(before, trouble=trouble)
    return Standing(state=ExerciseState.NEW if is_untouched(verdict) else ExerciseState.FAULTY, trouble=trouble)


def last_trouble(verdict: Verdict) -> str:
    """Why an attempt at an exercise did not pass; empty for a pass and for an untouched stub."""
    if is_untouched(verdict):
        return ""
    for fault in verdict.faults:
        return f"the last attempt cannot be judged: {fault.error}"
    finding = main_finding(verdict)  # the one that the screen has shown
    return f"the last attempt fails test {finding.test.number}: {finding.test.label}" if finding else ""
