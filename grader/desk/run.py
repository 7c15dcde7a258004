"""What ``grade run`` does, between the arguments and the screen: grade what is asked for, and keep the verdicts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk import learner
from grader.desk import workspace as workspaces
from grader.desk.learner import Desk
from grader.errors import GraderError, MachineError, UsageError, WorkspaceError, do_all
from grader.files import write_file
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise

if TYPE_CHECKING:
    from grader.classroom.marks import ClassResults
    from grader.judge.engine import Request
    from grader.reports.dialects import ReportOrder
    from grader.reports.views import Command
    from grader.sandbox.box import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What is graded: this file, or if None the learner's own; and how it is played."""

    file: Path | None = None
    play_options: PlayOptions = EVERYTHING


class RunDesk:
    """One invocation of ``grade run``: a desk, and what of its exercises is asked for."""

    def __init__(self, desk: Desk, wishes: RunOptions) -> None:
        self._desk = desk
        self._wishes = wishes

    @property
    def home(self) -> Path:
        """The folder at which the path of what is graded begins, as a verdict has it."""
        workspace = self._desk.workspace
        return workspace.root if workspace and self._wishes.file is None else self._desk.directory

    def grade(self, box: Box, exercises: Sequence[Exercise]) -> tuple[Verdict, ...]:
        """Grade the learner's files. Raises UsageError, before any is played, for what an exercise does not have."""
        from grader.judge import engine

        if self._wishes.file is not None and len(exercises) != 1:
            raise UsageError("--file goes with one exercise", hint="Name the exercise, as in `grade ex01 --file PATH`.")
        for exercise in exercises:
            self._check(exercise)
        requests = [self._request(exercise) for exercise in exercises]
        verdicts: list[Verdict] = []
        for exercise, request in zip(exercises, requests, strict=True):
            try:
                verdicts += engine.grade(box, self._desk.kit, exercise, [request])
            except GraderError as error:
                if len(exercises) == 1:
                    raise
                # One exercise that is broken must not take the verdicts on all others with it.
                verdicts.append(engine.not_judged(self._desk.kit, exercise, request, error))
        return tuple(verdicts)

    def _check(self, exercise: Exercise) -> None:
        asked = self._wishes.play_options
        wrong = [number for number in asked.tests if number > len(exercise.tests)]
        if wrong:
            raise UsageError(f"{exercise.id} has no test {wrong[0]}", hint=f"It has tests 1 to {len(exercise.tests)}.")
        for backend in set(asked.backends) - set(exercise.backends):
            hint = f"Leave --backend out; its tests run on: {', '.join(exercise.backends) or 'none'}."
            raise UsageError(f"{exercise.id} does not run on {backend}", hint=hint)

    def _request(self, exercise: Exercise) -> Request:
        from grader.judge.engine import Request

        desk, wishes = self._desk, self._wishes
        path = desk.file_of(exercise) if wishes.file is None else desk.directory / wishes.file
        return Request(
            path=path,
            shown=desk.workspace.shown(path) if desk.workspace and wishes.file is None else str(wishes.file),
            options=wishes.play_options,
            beside=workspaces.others(path) if wishes.file is None else (),
        )

    def store(self, verdicts: Sequence[Verdict]) -> None:
        """Store verdicts if they are about what is handed in. Raises WorkspaceError if that cannot be written."""
        if self._wishes.file is None and self._desk.workspace is not None:
            workspaces.add_attempts(self._desk.workspace, [verdict for verdict in verdicts if verdict.complete_run])

    def proposed(self, verdicts: Sequence[Verdict]) -> tuple[Command, ...] | None:
        """What to type after these verdicts, where what follows from a verdict alone would mislead."""
        if len(verdicts) != 1:
            return None
        if self._wishes.file is not None:
            return learner.after_a_file(verdicts[0], self._wishes.file)
        return learner.after_a_stub(verdicts[0], self._desk.paths(self._desk.kit.exercise(verdicts[0].exercise)))


def begun(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts on what the learner has begun to write. Raises WorkspaceError if there is none."""
    found = tuple(one for one in verdicts if not {fault.kind for fault in one.faults} & {"untouched", "missing"})
    if not found:
        first = verdicts[0].exercise
        hint = f"Write the answer to {first}, or leave --started out."
        raise WorkspaceError("nothing was judged: no exercise has been started", hint=hint)
    return found


# ---- outlets ---------------------------------------------------------------------------------------------------------
#
# Where the verdicts of a run go besides the screen: reports for other programs, GitHub's pages, a trace.


# The dialects are imported where they are asked for: nobody at a terminal should wait for an XML library.

ACTIONS = "GITHUB_ACTIONS"
SUMMARY = "GITHUB_STEP_SUMMARY"
REPOSITORY = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Where GitHub and GitLab say that the repository is. A path that they link to begins there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """What else is to be written for one run, and the environment that it is for.

    ``home`` is the folder at which the path of a submission begins, as its learner knows it.
    """

    orders: tuple[ReportOrder, ...]
    home: Path
    environment: Mapping[str, str]
    trace: Path | None = None

    def guarded(self, echo: Callable[[str], None]) -> AbstractContextManager[None]:
        """Keep GitHub from obeying what a screen repeats of a learner's text; does nothing elsewhere."""
        return guarded(echo, self.environment)

    def annotate(self, verdicts: tuple[Verdict, ...], echo: Callable[[str], None]) -> None:
        """Print the annotations of a workflow's step; does nothing elsewhere."""
        if on_actions(self.environment):
            from grader.reports import github

            for command in github.annotation_commands(self._placed(verdicts)):
                echo(command)

    def write(self, verdicts: tuple[Verdict, ...]) -> None:
        """Write the reports, the trace and the summary of a workflow's step. Raises the first GraderError, last."""
        placed = self._placed(verdicts)
        do_all(partial(write, placed) for write in (self._write_reports, self._write_trace, self._write_summary))

    def _write_reports(self, verdicts: tuple[Verdict, ...]) -> None:
        if self.orders:
            from grader.reports import dialects

            dialects.write_run(self.orders, verdicts, self.environment)

    def _write_trace(self, verdicts: tuple[Verdict, ...]) -> None:
        if self.trace is not None:
            from grader.reports import perfetto

            write_file(self.trace, perfetto.trace_events(verdicts), option="--trace FILE")

    def _write_summary(self, verdicts: tuple[Verdict, ...]) -> None:
        if on_actions(self.environment):
            from grader.reports import github

            append_summary(github.run_summary(verdicts), self.environment)

    def _placed(self, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """The verdicts with paths from the root of the repository, where there is one that others link to."""
        root = next((self.environment[name] for name in REPOSITORY if self.environment.get(name)), None)
        if root is None:
            return verdicts
        return tuple(replace(verdict, file=_from(Path(root), self.home, verdict.file)) for verdict in verdicts)


def outlets(
    reports: Sequence[str],
    exercises: int,
    directory: Path,
    home: Path,
    environment: Mapping[str, str],
    trace: Path | None,
) -> Outlets:
    """Read what is asked for, before anything is graded. Raises UsageError and MachineError."""
    path = None if trace is None else directory / trace
    if not reports:
        return Outlets(orders=(), home=home, environment=environment, trace=path)
    from grader.reports import dialects

    orders = tuple(dialects.read_order(text, directory=directory) for text in reports)
    dialects.check_for_run(orders, exercises, environment)
    return Outlets(orders=orders, home=home, environment=environment, trace=path)


def on_actions(environment: Mapping[str, str]) -> bool:
    """Whether this is a step of a workflow on GitHub."""
    return environment.get(ACTIONS) == "true"


@contextmanager
def guarded(echo: Callable[[str], None], environment: Mapping[str, str]) -> Iterator[None]:
    """Keep GitHub from obeying what is printed meanwhile; does nothing elsewhere."""
    if not on_actions(environment):
        yield
        return
    from grader.reports import github

    silence = github.silence()
    echo(silence.begin)
    try:
        yield
    finally:
        echo(silence.end)


def summarise_class(results: ClassResults, environment: Mapping[str, str]) -> None:
    """Add the numbers of a class to the summary of a workflow's step; does nothing elsewhere. Raises MachineError."""
    if on_actions(environment):
        from grader.reports import github

        append_summary(github.class_summary(results), environment)


def append_summary(summary: str, environment: Mapping[str, str]) -> None:
    """Add to the summary of a workflow's step, as far as there is room. Raises MachineError."""
    name = environment.get(SUMMARY)
    if not name:
        return
    from grader.reports import github

    try:
        with Path(name).open("a", encoding="utf-8", errors="backslashreplace") as file:
            # An earlier command of the step may have written there; GitHub drops a summary that is too long whole.
            file.write(github.cut_to(summary, github.MAX_SUMMARY - file.tell()))
    except OSError as error:
        hint = f"See that {SUMMARY} names a file that can be written."
        raise MachineError(f"{name}: {error.strerror or error}", hint=hint) from error


def _from(root: Path, home: Path, file: str) -> str:
    path = os.path.relpath((home / file).resolve(), root.resolve())
    return file if path.startswith("..") else Path(path).as_posix()
