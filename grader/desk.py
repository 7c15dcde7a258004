"""What each command does, between the arguments and the screen: find the kit and the workspace, grade, report."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader import kit as kits
from grader import workspace as workspaces
from grader.errors import GraderError, UsageError, WorkspaceError
from grader.kit import Exercise, Kit
from grader.verdict import FORMAT, Status, Verdict
from grader.workspace import Made, Workspace

if TYPE_CHECKING:
    from rich.console import Console

    from grader.engine import Request
    from grader.reports.glyphs import Glyphs
    from grader.reports.views import Command, Progress, State
    from grader.sandbox import Box

REPORT = "grade-report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What of an exercise is asked for; None and () mean all of it."""

    file: Path | None = None
    backend: str | None = None
    tests: tuple[int, ...] = ()
    schedules: int | None = None
    seed: int | None = None


class Desk:
    """One invocation of ``grade``: a folder, the workspace it lies in, and a kit."""

    def __init__(self, *, directory: Path, kit: Path | None) -> None:
        self._directory = directory
        self._kit_given = kit

    @cached_property
    def workspace(self) -> Workspace | None:
        return workspaces.find(self._directory)

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
        """A path as it is typed from where the command was started."""
        if not path.is_absolute() or path.resolve().is_relative_to(Path.cwd()):
            return os.path.relpath(path.resolve())
        return str(path)

    def create(self, directory: Path | None) -> tuple[Path, Made]:
        """Make or refresh the workspace there; without a directory, the one we are in, or one right here."""
        if directory is None:
            root = self.workspace.root if self.workspace else self._directory
            return root, workspaces.create(root, self.kit)
        root = self._directory / directory
        return root, workspaces.create(root, Desk(directory=root, kit=self._kit_given).kit)

    def reset(self, id: str) -> str:
        """Put the stub of an exercise back, and say where the learner's file has gone."""
        workspace, exercise = self._need_workspace(), self.kit.exercise(id)
        copy = workspaces.reset(workspace, exercise)
        kept = f"Your file is kept as {self.shown(copy)}.\n" if copy else ""
        return f"{kept}{self.shown(workspace.file_of(exercise))} is the stub again. Next: `grade {id}`."

    # ---- run ---------------------------------------------------------------------------------------------------------

    def choose(self, ids: Sequence[str], *, everything: bool) -> list[Exercise]:
        """The exercises meant: those named, all of them, or the one whose folder this is."""
        if everything:
            return list(self.kit.exercises)
        if ids:
            return [self.kit.exercise(id) for id in dict.fromkeys(ids)]
        if here := self._exercise_here():
            return [here]
        first = self.kit.exercises[0].id
        raise UsageError("which exercise?", hint=f"Name one, as in `grade {first}`, or all with `grade run --all`.")

    def _exercise_here(self) -> Exercise | None:
        return workspaces.exercise_here(self.workspace, self.kit, self._directory) if self.workspace else None

    def _chosen(self, id: str | None) -> Exercise:
        """The exercise of that id, or the one we are in."""
        if id is not None:
            return self.kit.exercise(id)
        if here := self._exercise_here():
            return here
        hint = f"Name one, as in `{self.kit.exercises[0].id}`, or go to the folder of an exercise."
        raise UsageError("which exercise?", hint=hint)

    def grade(self, box: Box, exercises: Sequence[Exercise], wishes: Wishes) -> tuple[Verdict, ...]:
        """Grade the learner's files, and store the verdicts if they are about what is handed in."""
        from grader import engine

        if wishes.file is not None and len(exercises) != 1:
            raise UsageError("--file goes with one exercise", hint="Name the exercise, as in `grade ex01 --file PATH`.")
        for exercise in exercises:
            _check_wishes(exercise, wishes)
        requests = [self._request(exercise, wishes) for exercise in exercises]
        verdicts: list[Verdict] = []
        for exercise, request in zip(exercises, requests, strict=True):
            try:
                verdicts += engine.grade(box, self.kit, exercise, [request])
            except GraderError as error:
                if len(exercises) == 1:
                    raise
                # One exercise that is broken must not take the verdicts on all others with it.
                verdicts.append(engine.not_judged(self.kit, exercise, request, error))
        return tuple(verdicts)

    def store(self, verdicts: Sequence[Verdict], wishes: Wishes) -> None:
        """Store verdicts if they are about what is handed in. Raises WorkspaceError if that cannot be written."""
        if wishes.file is None and self.workspace is not None:
            workspaces.add_attempts(self.workspace, [verdict for verdict in verdicts if verdict.complete_run])

    def _request(self, exercise: Exercise, wishes: Wishes) -> Request:
        from grader.engine import Request
        from grader.judge import DEFAULT_SCHEDULES

        path = self._file_of(exercise) if wishes.file is None else self._directory / wishes.file
        return Request(
            path=path,
            shown=self.workspace.shown(path) if self.workspace and wishes.file is None else str(wishes.file),
            tests=wishes.tests,
            backends=() if wishes.backend is None else (wishes.backend,),
            schedules=wishes.schedules or DEFAULT_SCHEDULES,
            only=wishes.seed,
            beside=workspaces.others(path) if wishes.file is None else (),
        )

    def _file_of(self, exercise: Exercise) -> Path:
        if self.workspace is not None:
            return self.workspace.file_of(exercise)
        name = exercise.file if (self._directory / exercise.file).is_file() else "PATH"
        hint = f"Make one with `grade init DIR`, or name a file: `grade {exercise.id} --file {name}`."
        raise UsageError("this is not a folder of exercises", hint=hint)

    def proposed(self, verdicts: Sequence[Verdict], wishes: Wishes) -> tuple[Command, ...] | None:
        """What to type after these verdicts, where what follows from a verdict alone would mislead."""
        from grader.reports.views import Command

        if len(verdicts) != 1 or verdicts[0].status is Status.NOT_JUDGED:
            return None
        (verdict,) = verdicts
        if wishes.file is not None:
            # A file of its own leaves no attempt, so there is no hint to it and nothing is complete.
            again = f"grade {verdict.exercise} --file {shlex.quote(str(wishes.file))}"
            return () if verdict.status is Status.PASS else (Command(line=again, does="check it again"),)
        if any(fault.kind == "untouched" for fault in verdict.faults):
            lesson = self._lesson(self.kit.exercise(verdict.exercise))
            return (lesson, Command(line=f"grade {verdict.exercise}", does="check it when you have written something"))
        return None

    # ---- screens and pages -------------------------------------------------------------------------------------------

    def overview(self, console: Console, glyphs: Glyphs) -> None:
        """Where am I, what next."""
        from grader.reports.terminal_overview import show_overview
        from grader.reports.views import State

        progress = self._progress()
        here = self._exercise_here()
        todo = [one for one in progress if one.state is not State.COMPLETE]
        following = next((one for one in todo if here and one.id == here.id), next(iter(todo), None))
        show_overview(
            console,
            self.kit.title,
            progress,
            following=following,
            note=self._last_trouble(following.id) if following else "",
            commands=self._next_steps(following) if self.workspace else self._ways_to_a_workspace(),
            glyphs=glyphs,
        )

    def _last_trouble(self, id: str) -> str:
        """What the last attempt at an exercise came to grief on."""
        attempts = self._attempts(self.kit.exercise(id))
        if not attempts:
            return ""
        for fault in attempts[-1].faults:
            return f"cannot be judged at the last attempt: {fault.error}"
        failing = next((test for test in attempts[-1].tests if not test.passed), None)
        return f"the last attempt fails test {failing.number}: {failing.label}" if failing else ""

    def _next_steps(self, following: Progress | None) -> tuple[Command, ...]:
        from grader.reports.views import Command, State

        if following is None:
            return (Command(line="grade report", does="all of it on one page"),)
        exercise = self.kit.exercise(following.id)
        file = Command(line=self._typed(self._file_of(exercise)), does="your file")
        check = Command(line=f"grade {exercise.id}", does="check your file")
        if following.state is State.FAILING:
            return (file, check, Command(line=f"grade hint {exercise.id}", does="a hint"))
        return (self._lesson(exercise), file, check)

    def _lesson(self, exercise: Exercise) -> Command:
        from grader.reports.views import Command

        return Command(line=self._typed(self._file_of(exercise).with_name("README.md")), does="the lesson and the task")

    def _typed(self, path: Path) -> str:
        return os.path.relpath(path, self._directory.resolve())

    def _ways_to_a_workspace(self) -> tuple[Command, ...]:
        from grader.reports.views import Command

        below = [
            Command(line=f"cd {shlex.quote(name)}", does="your folder of exercises")
            for name in workspaces.below(self._directory)
        ]
        return (*below, *(() if below else (Command(line="grade init DIR", does="makes a folder to work in"),)))

    def list_exercises(self, console: Console, glyphs: Glyphs) -> None:
        from grader.reports.terminal_overview import show_list

        show_list(console, self._progress(), glyphs=glyphs)

    def progress_document(self) -> str:
        """What ``--json`` prints for ``grade`` and ``grade list``."""
        exercises = [asdict(one) for one in self._progress()]
        return json.dumps({"format": FORMAT, "kit": f"{self.kit.title} {self.kit.version}", "exercises": exercises})

    def _progress(self) -> list[Progress]:
        from grader.reports.views import Progress

        return [
            Progress(
                id=exercise.id,
                title=exercise.title,
                summary=exercise.summary,
                level=exercise.level,
                minutes=exercise.minutes,
                state=_state(attempts),
                points=best.points if (best := workspaces.best(attempts)) else 0.0,
                total=sum(test.points for test in exercise.tests),
            )
            for exercise in self.kit.exercises
            for attempts in [self._attempts(exercise)]
        ]

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
        path = workspace.root / REPORT if out is None else self._directory / out
        page = learner_page(
            last,
            kit_title=self.kit.title,
            diagnoses=self.kit.diagnoses,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            templates=kits.builtin_root() / "templates",
        )
        try:
            path.write_text(page, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise WorkspaceError(f"{path}: {error.strerror}", hint="Name another file with --out.") from error
        return path

    def _need_workspace(self) -> Workspace:
        if self.workspace is None:
            ways = [command.line for command in self._ways_to_a_workspace()]
            hint = f"Type `{ways[0]}`, or give the folder with -C."
            raise WorkspaceError("this is not a folder of exercises", hint=hint)
        return self.workspace

    # ---- hints -------------------------------------------------------------------------------------------------------

    def hint(self, id: str | None) -> str:
        """The next hint for the first failing test of the last attempt: the diagnosis' own, then the exercise's."""
        workspace, exercise = self._need_workspace(), self._chosen(id)
        id = exercise.id
        attempts = self._attempts(exercise)
        failing = next((test for test in attempts[-1].tests if not test.passed), None) if attempts else None
        if attempts and failing is None and not attempts[-1].faults:
            return f"{id} is complete; there is nothing to hint at."
        failure = next((result.failure for result in failing.results if result.failure), None) if failing else None
        slug = failure.diagnosis if failure else "general"
        own = exercise.hints.get(slug) or (self.kit.diagnoses[slug].hints if slug in self.kit.diagnoses else ())
        general = exercise.hints["general"]
        hints = (*own, *general) if slug != "general" else general
        stage = _next_stage(workspace.root / workspaces.STATE / "hints.json", f"{id} {slug}", len(hints))
        subject = f"{id}, test {failing.number} ({slug})" if failing else id
        more = f"`grade hint {id}` again for the next one" if stage + 1 < len(hints) else "that was the last one"
        return f"{subject}, hint {stage + 1} of {len(hints)}\n\n{hints[stage]}\n\n{more}"

    def explain(self, slug: str) -> str:
        """The long explanation of a diagnosis. Raises UsageError, with the nearest, if there is none of that name."""
        found = self.kit.diagnoses.get(slug)
        if found is None:
            near = workspaces.nearest(slug, self.kit.diagnoses)
            hint = (
                f"Did you mean `grade explain {near}`?" if near else f"Known: {', '.join(sorted(self.kit.diagnoses))}."
            )
            raise UsageError(f"there is no diagnosis {slug!r}", hint=hint)
        return f"{found.slug}: {found.sentence}\n\n{found.explanation}\n\nhelp: {found.help}"

    def diagnoses(self) -> str:
        """Every diagnosis there is, one line each."""
        width = max(map(len, self.kit.diagnoses))
        lines = [f"{slug:{width}}  {found.sentence}" for slug, found in sorted(self.kit.diagnoses.items())]
        return "\n".join([*lines, "", "`grade explain DIAGNOSIS` says more about one of them."])

    def solution(self, id: str | None) -> str:
        """The reference answer. Raises UsageError before the exercise is complete, or if the kit has no answers."""
        exercise = self._chosen(id)
        best = workspaces.best(self._attempts(exercise))
        if best is None or best.status is not Status.PASS:
            hint = f"Ask for a hint with `grade hint {exercise.id}`."
            raise UsageError(f"{exercise.id} is not complete yet, and its answer is shown afterwards", hint=hint)
        if exercise.reference is None:
            raise UsageError("this kit comes without answers", hint="Ask whoever gave it to you.")
        return exercise.reference.read_text(encoding="utf-8")

    # ---- kits --------------------------------------------------------------------------------------------------------

    def check_kit(self, box: Box, schedules: int | None, *, quiet: bool, echo: Callable[[str], None]) -> int:
        """Prove the kit and say so line by line; returns how many problems there are."""
        from grader import kitcheck
        from grader.judge import DEFAULT_SCHEDULES

        def note(checked: kitcheck.Checked) -> None:
            if checked.problems or not quiet:
                word = "FAIL" if checked.problems else "ok  "
                echo(f"{word} {checked.exercise}  {checked.subject:<34} {checked.said}".rstrip())
            for problem in checked.problems:
                echo(f"       {problem}")

        checked = kitcheck.check(box, self.kit, schedules=schedules or DEFAULT_SCHEDULES, note=note)
        problems = sum(len(one.problems) for one in checked)
        echo(f"{self.kit.title} {self.kit.version}: {len(checked)} files and exercises checked, {problems} problems")
        return problems


def _check_wishes(exercise: Exercise, wishes: Wishes) -> None:
    wrong = [number for number in wishes.tests if number > len(exercise.tests)]
    if wrong:
        raise UsageError(f"{exercise.id} has no test {wrong[0]}", hint=f"It has tests 1 to {len(exercise.tests)}.")
    if wishes.backend is not None and wishes.backend not in exercise.backends:
        hint = f"Leave --backend out; its tests run on: {', '.join(exercise.backends) or 'none'}."
        raise UsageError(f"{exercise.id} does not run on {wishes.backend}", hint=hint)


def _state(attempts: Sequence[Verdict]) -> State:
    from grader.reports.views import State

    if not attempts:
        return State.NEW
    best = workspaces.best(attempts)
    if best is not None:
        return State.COMPLETE if best.status is Status.PASS else State.FAILING
    return State.FAULTY


def _next_stage(path: Path, key: str, stages: int) -> int:
    """Count up which hint was shown last, and stay at the last one."""
    try:
        shown = json.loads(path.read_text(encoding="utf-8"))
        stage = int(shown[key]) + 1
    except (OSError, ValueError, KeyError, TypeError):
        # No hint yet, or a file that somebody edited: begin again.
        shown, stage = {}, 0
    stage = min(stage, stages - 1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**shown, key: stage}), encoding="utf-8")
    except OSError:
        # Where nothing can be written, the first hint is better than none.
        pass
    return stage
