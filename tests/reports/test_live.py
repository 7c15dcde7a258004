"""The line that says how far the grading is: of one exercise, and of several at the same time."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from grader.judge.progress import Progress, unwatched
from grader.judge.verdict import Outcome
from grader.kit.exercise import Exercise
from grader.kit.kit import load_kit
from grader.reports.live import following
from grader.reports.screen import UNICODE


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        """What stands on the line that is rewritten."""
        return self.getvalue().rstrip("\r").rpartition("\r")[2].rstrip()


def at(exercise: Exercise, number: int, *, known: int) -> Progress:
    """One backend, so many tests have passed, and this one is being played."""
    outcomes = {(test.name, "trio"): Outcome.PASS for test in exercise.tests[:known]}
    test = exercise.tests[number - 1]
    return Progress(
        exercise=exercise, tests=exercise.tests, backends=("trio",), test=test, backend="trio", outcomes=outcomes
    )


def console_on(file: io.StringIO) -> Console:
    return Console(file=file, width=80, color_system=None, _environ={"TERM": "xterm"})


def test_several_stand_side_by_side_until_one_is_over(tiny: Path) -> None:
    first, second = load_kit(tiny).exercises
    terminal = Terminal()
    with following(console_on(terminal), UNICODE) as watch:
        watch(at(first, 1, known=0))
        assert terminal.line == "ex01  test 1 of 2 on trio   0 pass"
        watch(at(second, 1, known=0))
        assert terminal.line == "ex01  test 1 of 2   ex02  test 1 of 2"
        watch(at(first, 2, known=2))
        watch(at(second, 2, known=1))
        assert terminal.line == "ex02  test 2 of 2 on trio   1 pass"

    assert terminal.line == ""


def test_nothing_is_said_where_the_output_is_no_terminal() -> None:
    with following(console_on(io.StringIO()), UNICODE) as watch:
        assert watch is unwatched
