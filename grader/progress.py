"""How far a learner is with each exercise, and what to type next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader import workspace as workspaces
from grader.kit import Exercise, Kit
from grader.reports.next_steps import Command
from grader.reports.views import Progress, State
from grader.verdict import FORMAT, Status, Verdict

UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The lesson and the file of an exercise, as the learner types them."""

    lesson: str
    file: str


def of(exercise: Exercise, attempts: Sequence[Verdict]) -> Progress:
    """How far somebody is who has made these attempts at an exercise."""
    best = workspaces.best(attempts)
    return Progress(
        id=exercise.id,
        title=exercise.title,
        summary=exercise.summary,
        level=exercise.level,
        minutes=exercise.minutes,
        concepts=exercise.concepts,
        state=_state(attempts, best),
        points=best.points if best else 0.0,
        total=sum(test.points for test in exercise.tests),
    )


def _state(attempts: Sequence[Verdict], best: Verdict | None) -> State:
    if best is not None:
        return State.COMPLETE if best.status is Status.PASS else State.FAILING
    return State.FAULTY if attempts and not is_stub(attempts[-1]) else State.NEW


def is_stub(verdict: Verdict) -> bool:
    """Whether nothing has been written yet."""
    return any(fault.kind == UNTOUCHED for fault in verdict.faults)


def document(kit: Kit, entries: Sequence[Progress]) -> str:
    """Progress as a JSON document."""
    exercises = [asdict(entry) for entry in entries]
    return json.dumps({"format": FORMAT, "kit": f"{kit.title} {kit.version}", "exercises": exercises}, indent=1)


def following(entries: Sequence[Progress], here: str | None) -> Progress | None:
    """The exercise to do next: the one whose folder we are in, else the first that is not complete."""
    todo = [entry for entry in entries if entry.state is not State.COMPLETE]
    return next((entry for entry in todo if entry.id == here), todo[0] if todo else None)


def last_trouble(attempts: Sequence[Verdict]) -> str:
    """What the last attempt at an exercise came to grief on; nothing if it is the stub."""
    if not attempts or is_stub(attempts[-1]):
        return ""
    for fault in attempts[-1].faults:
        return f"the last attempt cannot be judged: {fault.error}"
    failing = next((test for test in attempts[-1].tests if not test.passed), None)
    return f"the last attempt fails test {failing.number}: {failing.label}" if failing else ""


# ---- what to type ----------------------------------------------------------------------------------------------------


def next_steps(following: Progress | None, paths: Paths | None) -> tuple[Command, ...]:
    """What to read, to write and to type, in this order."""
    if following is None or paths is None:
        return (Command(line="grade report", does="all of it on one page"),)
    file = Command(line=paths.file, does="your file")
    check = Command(line=f"grade {following.id}", does="check your file")
    if following.state is State.FAILING:
        return (file, check, Command(line=f"grade hint {following.id}", does="a hint"))
    return (_lesson(paths), file, check)


def after_a_stub(verdict: Verdict, paths: Paths) -> tuple[Command, ...] | None:
    """After the verdict on a file in which nothing is written yet; None for any other."""
    if not is_stub(verdict):
        return None
    return (_lesson(paths), Command(line=f"grade {verdict.exercise}", does="check what you have written"))


def after_a_file(verdict: Verdict, file: Path) -> tuple[Command, ...] | None:
    """After the verdict on a file given with ``--file``: it leaves no attempt, so there is no hint to it."""
    if verdict.status is Status.NOT_JUDGED:
        return None
    again = f"grade {verdict.exercise} --file {shlex.quote(str(file))}"
    return () if verdict.status is Status.PASS else (Command(line=again, does="check it again"),)


def ways_to_a_workspace(folder: Path) -> tuple[Command, ...]:
    """What to type in a folder that is no workspace."""
    below = workspaces.below(folder)
    if below:
        return tuple(Command(line=f"cd {shlex.quote(name)}", does="your folder of exercises") for name in below)
    return (Command(line="grade init DIR", does="makes a folder to work in"),)


def _lesson(paths: Paths) -> Command:
    return Command(line=paths.lesson, does="the lesson and the task")
