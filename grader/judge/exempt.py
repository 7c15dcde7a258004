"""Answers of a kit that use what is off limits, and are judged all the same: the library's own, for comparison."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.kit.exercise import Exercise
from grader.policy import rules
from grader.policy.interface import check_interface
from grader.policy.program import read
from grader.policy.submission import Fault, Submission

Check = Callable[[Submission, Exercise, str], rules.Findings]
"""Finds what is wrong with a submission before anything of it runs; the text is that of the stub."""
EXEMPT = "# off-limits: exempt"
_HEAD_LINES = 2


def check_for(exercise: Exercise, path: Path) -> Check:
    """How a submission is checked before it is played: by the rules of the exercise, if it is none of the kit's own."""
    return check_of_answer(path) if _is_of_the_kit(exercise, path) else rules.check


def check_of_answer(path: Path) -> Check:
    """How an answer of the kit is checked: by the rules, or by its interface alone if it says that it is exempt."""
    return _check_interface_only if is_exempt(path) else rules.check


def is_exempt(path: Path) -> bool:
    """Whether a file says that it is."""
    return EXEMPT in first_lines(path)


def first_lines(path: Path) -> list[str]:
    """The first two lines of an answer, which may say what it needs; empty for a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines()[:_HEAD_LINES]]


def _check_interface_only(taken: Submission, exercise: Exercise, stub: str) -> rules.Findings:
    """Check that the submission can be called, and none of the rules."""
    program = read(taken)
    faults = (program,) if isinstance(program, Fault) else check_interface(program, stub)
    return rules.Findings(faults=faults, look=())


def _is_of_the_kit(exercise: Exercise, path: Path) -> bool:
    return exercise.solutions is not None and exercise.solutions.resolve() in path.resolve().parents
