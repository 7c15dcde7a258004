"""What each command does, between the arguments and the screen: find the kit and the workspace, grade, report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader import kit as kits
from grader import workspace as workspaces
from grader.errors import UsageError, WorkspaceError
from grader.kit import Exercise, Kit
from grader.verdict import Status, Verdict
from grader.workspace import Made, Workspace

if TYPE_CHECKING:
    from rich.console import Console

    from grader.engine import Request
    from grader.reports.glyphs import Glyphs
    from grader.reports.views import Progress, State
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
        return kits.load(self.workspace.kit_root if self.workspace else kits.builtin_root())

    def create(self, root: Path) -> Made:
        return workspaces.create(root, self.kit)

    # ---- run ---------------------------------------------------------------------------------------------------------

    def choose(self, ids: Sequence[str], *, everything: bool) -> list[Exercise]:
        """The exercises meant: those named, all of them, or the one whose folder this is."""
        if everything:
            return list(self.kit.exercises)
        if ids:
            return [self.kit.exercise(id) for id in dict.fromkeys(ids)]
        here = workspaces.exercise_here(self.workspace, self.kit, self._directory) if self.workspace else None
        if here is None:
            raise UsageError("which exercise?", hint="Name one, as in `grade ex01`, or all with `grade run --all`.")
        return [here]

    def grade(self, box: Box, exercises: Sequence[Exercise], wishes: Wishes) -> tuple[Verdict, ...]:
        """Grade the learner's files, and store the verdicts if they are about what is handed in."""
        from grader import engine

        if wishes.file is not None and len(exercises) != 1:
            raise UsageError("--file goes with one exercise", hint="Name the exercise, as in `grade ex01 --file PATH`.")
        verdicts: list[Verdict] = []
        for exercise in exercises:
            _check_numbers(exercise, wishes.tests)
            verdicts += engine.grade(box, self.kit, exercise, [self._request(exercise, wishes)])
        if wishes.file is None and self.workspace is not None:
            workspaces.add_attempts(self.workspace, [verdict for verdict in verdicts if verdict.complete_run])
        return tuple(verdicts)

    def _request(self, exercise: Exercise, wishes: Wishes) -> Request:
        from grader.engine import Request
        from grader.judge import DEFAULT_SCHEDULES

        path = workspaces.file_for(exercise, wishes.file, self.workspace)
        return Request(
            path=path,
            shown=self.workspace.shown(path) if self.workspace and wishes.file is None else str(path),
            tests=wishes.tests,
            backends=() if wishes.backend is None else (wishes.backend,),
            schedules=wishes.schedules or DEFAULT_SCHEDULES,
            only=wishes.seed,
            beside=workspaces.others(path) if wishes.file is None else (),
        )

    # ---- screens and pages -------------------------------------------------------------------------------------------

    def overview(self, console: Console, glyphs: Glyphs) -> None:
        from grader.reports.terminal_overview import show_overview
        from grader.reports.views import Command

        commands = () if self.workspace else (Command(line="grade init", does="makes a folder to work in"),)
        show_overview(console, self.kit.title, self._progress(), glyphs=glyphs, commands=commands)

    def list_exercises(self, console: Console, glyphs: Glyphs) -> None:
        from grader.reports.terminal_overview import show_list

        show_list(console, self._progress(), glyphs=glyphs)

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
            raise WorkspaceError("there is nothing to report yet", hint="Run `grade ex01` first.")
        path = out or workspace.root / REPORT
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
            raise WorkspaceError("this is not a folder of exercises", hint="Make one with `grade init`, or use -C DIR.")
        return self.workspace

    # ---- hints -------------------------------------------------------------------------------------------------------

    def hint(self, id: str) -> str:
        """The next hint for the first failing test of the last attempt: the diagnosis' own, then the exercise's."""
        workspace, exercise = self._need_workspace(), self.kit.exercise(id)
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

    def solution(self, id: str) -> str:
        """The reference answer. Raises UsageError before the exercise is complete, or if the kit has no answers."""
        exercise = self.kit.exercise(id)
        best = workspaces.best(self._attempts(exercise))
        if best is None or best.status is not Status.PASS:
            raise UsageError(f"{id} is not complete yet", hint=f"Ask for a hint with `grade hint {id}`.")
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


def _check_numbers(exercise: Exercise, numbers: Sequence[int]) -> None:
    wrong = [number for number in numbers if number > len(exercise.tests)]
    if wrong:
        raise UsageError(f"{exercise.id} has no test {wrong[0]}", hint=f"It has tests 1 to {len(exercise.tests)}.")


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
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**shown, key: stage}), encoding="utf-8")
    return stage
