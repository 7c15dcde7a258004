"""A run between its arguments and its screen: what Ctrl-C leaves, and what is proposed to type next."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.desk.learner import Desk
from grader.desk.run import RunDesk, RunOptions
from grader.desk.workspace import create_workspace, read_attempts
from grader.judge.progress import Progress, Watch
from grader.judge.verdict import STOPPED, Status
from grader.kit.exercise import Exercise
from grader.kit.kit import load_kit
from grader.reports.views import reasons_not_judged
from grader.sandbox.box import Box
from tests import samples
from tests.kit_samples import RIGHT, answer


@pytest.fixture
def mine(tmp_path: Path, tiny: Path) -> Path:
    """A workspace of the tiny kit in which everything is right."""
    create_workspace(tmp_path / "mine", load_kit(tiny))
    for id, name in (("ex01", "double"), ("ex02", "wait")):
        (tmp_path / "mine" / f"{id}_{name}" / f"{name}.py").write_text(answer(RIGHT, name))
    return tmp_path / "mine"


def run_desk(mine: Path, file: Path | None = None) -> RunDesk:
    return RunDesk(Desk(directory=mine, kit=None), RunOptions(file=file))


def both(mine: Path) -> Sequence[Exercise]:
    return Desk(directory=mine, kit=None).kit.exercises


def pressing_at(id: str, test: int) -> Watch:
    """An onlooker who presses Ctrl-C, once, when this test begins."""
    pressed = []

    def watch(progress: Progress) -> None:
        if (progress.exercise.id, progress.test.number) == (id, test) and not pressed:
            pressed.append(progress)
            signal.raise_signal(signal.SIGINT)

    return watch


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


def test_exercises_that_were_not_begun_are_not_judged_and_cost_nothing(box: Box, mine: Path) -> None:
    desk = run_desk(mine)
    first, second = desk.grade(box, both(mine), pressing_at("ex01", 2))

    assert desk.stopped
    assert [test.passed for test in first.tests] == [True, False]
    assert reasons_not_judged(first) == (STOPPED,)
    assert (second.status, second.trouble, second.tests) == (Status.NOT_JUDGED, STOPPED, ())
    assert not second.own_fault


def test_what_was_judged_to_the_end_is_stored_and_the_rest_is_not(box: Box, mine: Path) -> None:
    desk = run_desk(mine)
    desk.store(desk.grade(box, both(mine), pressing_at("ex02", 1)))

    workspace = Desk(directory=mine, kit=None).workspace
    assert workspace is not None
    attempts = [read_attempts(workspace, exercise) for exercise in both(mine)]
    assert [[verdict.status for verdict in verdicts] for verdicts in attempts] == [[Status.PASS], []]


def test_a_run_that_nobody_stops_is_not_stopped(box: Box, mine: Path) -> None:
    desk = run_desk(mine)
    desk.grade(box, both(mine)[:1])

    assert not desk.stopped


def test_after_ctrl_c_the_same_is_proposed_again(mine: Path) -> None:
    stopped = samples.verdict(samples.case(1, "one", 100, samples.not_judged("trio", STOPPED)))

    assert [command.line for command in run_desk(mine).proposed([stopped]) or ()] == ["grade ex01"]
