"""What ``grade run`` does, between the arguments and the screen: grade what is asked for, and keep the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader import progress
from grader import workspace as workspaces
from grader.desk import Desk
from grader.errors import GraderError, UsageError, WorkspaceError
from grader.kit import Exercise
from grader.verdict import Verdict

if TYPE_CHECKING:
    from grader.engine import Request
    from grader.reports.next_steps import Command
    from grader.sandbox import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What of an exercise is asked for; None and () mean all of it."""

    file: Path | None = None
    backend: str | None = None
    tests: tuple[int, ...] = ()
    schedules: int | None = None
    seed: int | None = None
    unfair: int | None = None


class RunDesk:
    """One invocation of ``grade run``: a desk, and what of its exercises is asked for."""

    def __init__(self, desk: Desk, wishes: Wishes) -> None:
        self._desk = desk
        self._wishes = wishes

    @property
    def home(self) -> Path:
        """The folder at which the path of what is graded begins, as a verdict has it."""
        workspace = self._desk.workspace
        return workspace.root if workspace and self._wishes.file is None else self._desk.directory

    def grade(self, box: Box, exercises: Sequence[Exercise]) -> tuple[Verdict, ...]:
        """Grade the learner's files. Raises UsageError, before any is played, for what an exercise does not have."""
        from grader import engine

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
        wishes = self._wishes
        wrong = [number for number in wishes.tests if number > len(exercise.tests)]
        if wrong:
            raise UsageError(f"{exercise.id} has no test {wrong[0]}", hint=f"It has tests 1 to {len(exercise.tests)}.")
        if wishes.backend is not None and wishes.backend not in exercise.backends:
            hint = f"Leave --backend out; its tests run on: {', '.join(exercise.backends) or 'none'}."
            raise UsageError(f"{exercise.id} does not run on {wishes.backend}", hint=hint)

    def _request(self, exercise: Exercise) -> Request:
        from grader.engine import Request
        from grader.judge import DEFAULT_SCHEDULES

        desk, wishes = self._desk, self._wishes
        path = desk.file_of(exercise) if wishes.file is None else desk.directory / wishes.file
        return Request(
            path=path,
            shown=desk.workspace.shown(path) if desk.workspace and wishes.file is None else str(wishes.file),
            tests=wishes.tests,
            backends=() if wishes.backend is None else (wishes.backend,),
            schedules=wishes.schedules or DEFAULT_SCHEDULES,
            only=wishes.seed,
            unfair=wishes.unfair or 0,
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
            return progress.after_a_file(verdicts[0], self._wishes.file)
        return progress.after_a_stub(verdicts[0], self._desk.paths(self._desk.kit.exercise(verdicts[0].exercise)))


def begun(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts on what the learner has begun to write. Raises WorkspaceError if there is none."""
    found = tuple(one for one in verdicts if not {fault.kind for fault in one.faults} & {"untouched", "missing"})
    if not found:
        first = verdicts[0].exercise
        hint = f"Write the answer to {first}, or leave --started out."
        raise WorkspaceError("nothing was judged: no exercise has been started", hint=hint)
    return found
