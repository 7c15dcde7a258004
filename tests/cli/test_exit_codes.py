"""Exit codes with limits, and passing over exercises that the learner has not begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.marks import Mark, Standing
from grader.cli import exit_codes
from grader.desk.workspace import create_workspace
from grader.judge.verdict import Verdict
from grader.kit.kit import load_kit
from tests import samples
from tests.kit_samples import RIGHT, STUB, TOO_SOON, answer, make_kit
from tests.processes import inside

NOT_JUDGED = samples.verdict(samples.case(1, "one", 100, samples.not_judged("trio", "no")))
FAULT_OF_OURS = replace(NOT_JUDGED, own_fault=True)
QUICK = ("--schedules", "1")


@pytest.mark.parametrize(
    ("verdicts", "limit", "code"),
    [
        ([samples.perfect(), samples.unjudgeable()], 50, 0),
        ([samples.perfect(), samples.unjudgeable()], 50.1, 1),
        ([samples.unjudgeable()], 0, 3),
        ([samples.perfect(), NOT_JUDGED], 0, 4),
        ([samples.perfect(), FAULT_OF_OURS], 0, 70),
    ],
)
def test_with_a_limit_a_run_succeeds_from_there_on(verdicts: Sequence[Verdict], limit: float, code: int) -> None:
    assert exit_codes.of_run_with_limit(verdicts, limit) == code


def mark(standing: Standing, **changes: object) -> Mark:
    one = Mark(learner="ada", exercise="ex01", total=100, standing=standing)
    return replace(one, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("marks", "reached", "limit", "code"),
    [
        ([mark(Standing.JUDGED)], 60.0, None, 0),
        ([mark(Standing.JUDGED)], 60.0, 60.0, 0),
        ([mark(Standing.JUDGED)], 59.9, 60.0, 1),
        ([mark(Standing.MISSING)], None, None, 4),
        ([mark(Standing.JUDGED), mark(Standing.NOT_JUDGED)], 100.0, None, 4),
        ([mark(Standing.JUDGED), mark(Standing.NOT_JUDGED, own_fault=True)], 100.0, None, 70),
    ],
)
def test_a_class_is_green_only_if_everything_was_handled_and_something_judged(
    marks: Sequence[Mark], reached: float | None, limit: float | None, code: int
) -> None:
    assert exit_codes.of_class(marks, reached, limit) == code


# ---- grade run --started ---------------------------------------------------------------------------------------------


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(make_kit(tmp_path / "kit")))
    return tmp_path / "mine"


def write(mine: Path, text: str, name: str) -> None:
    (next(mine.glob("ex*_" + name)) / f"{name}.py").write_text(answer(text, name))


def test_what_is_not_started_is_passed_over(mine: Path) -> None:
    write(mine, RIGHT, "double")

    assert inside("run", "--all", *QUICK, cwd=mine).returncode == 3
    started = inside("run", "--all", "--started", *QUICK, cwd=mine)
    assert (started.returncode, started.stderr) == (0, "")
    assert "ex02" not in started.stdout.splitlines()[-1]


def test_a_run_in_which_nothing_is_started_is_never_green(mine: Path) -> None:
    done = inside("run", "--all", "--started", *QUICK, cwd=mine)

    assert done.returncode == 4
    assert "nothing was judged: no exercise has been started" in done.stderr


@pytest.mark.parametrize(("limit", "code"), [("80", 0), ("81", 1)])
def test_a_run_below_the_limit_exits_1(mine: Path, limit: str, code: int) -> None:
    write(mine, RIGHT, "double")
    write(mine, TOO_SOON, "wait")

    assert inside("run", "--all", "--fail-under", limit, *QUICK, cwd=mine).returncode == code


def test_a_file_that_is_wrong_is_no_file_that_is_not_started(mine: Path) -> None:
    write(mine, STUB + "\n(", "double")

    assert inside("run", "--all", "--started", *QUICK, cwd=mine).returncode == 3
