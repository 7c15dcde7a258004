"""Each promise of a contract has a hidden test and a wrong answer of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge import engine, kitcheck
from grader.judge.kitanswers import answer_requests
from grader.kit.kit import load_kit, read_kit
from grader.sandbox.box import Box
from tests.kit_samples import change, make_small_kit

STUB = "exercises/ex01_double/double.py"
TESTS = "exercises/ex01_double/test_hidden.py"
SOON = "solutions/ex01_double/wrong/soon.py"
CONTRACT = '''async def double(n):
    """Double it.

    1. The value is
       twice the argument.
    2. It takes n seconds.
    """
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise with a numbered contract that is proved."""
    root = make_small_kit(tmp_path / "kit")
    change(root / STUB, "async def double(n):\n", CONTRACT)
    change(root / TESTS, 'points=60, diagnosis="wrong-value"', 'points=60, promise=1, diagnosis="wrong-value"')
    change(root / TESTS, 'points=40, diagnosis="wrong-value"', 'points=40, promise=2, diagnosis="wrong-value"')
    return root


def problems(box: Box, root: Path) -> list[str]:
    found = [problem.fault for one in kitcheck.check(box, read_kit(root)) for problem in one.problems]
    return [f"{fault.path.relative_to(root)}:{fault.line}: {fault.what}" for fault in found]


def test_a_contract_that_is_proved_is_no_problem_and_is_counted(box: Box, root: Path) -> None:
    checked = {one.subject: one for one in kitcheck.check(box, read_kit(root))}

    assert [subject for subject, one in checked.items() if one.problems] == []
    assert checked["contract"].summary == "2 promises"


def test_a_kit_without_numbers_is_not_asked(box: Box, tmp_path: Path) -> None:
    kit = read_kit(make_small_kit(tmp_path / "kit"))

    assert "contract" not in [one.subject for one in kitcheck.check(box, kit)]


def test_a_promise_without_a_test_and_one_that_no_answer_breaks_alone_are_problems(box: Box, root: Path) -> None:
    change(root / STUB, "    2. It takes n seconds.", "    2. It takes n seconds.\n    3. It never raises.")
    change(root / SOON, "return 2 * n", "return n")
    change(root / SOON, "test_time (", "test_value, test_time (")

    assert problems(box, root) == [
        f"{STUB}:10: no hidden test proves promise 3: It never raises.",
        f"{STUB}:9: no wrong answer breaks promise 2 alone: It takes n seconds.",
    ]


def test_a_test_that_proves_nothing_and_one_that_proves_what_is_not_there_are_problems(box: Box, root: Path) -> None:
    change(root / TESTS, "points=60, promise=1", "points=60")
    change(root / TESTS, "promise=2", "promise=7")

    assert problems(box, root) == [
        f"{TESTS}:5: `test_value` does not say which promise of double.py it proves",
        f"{TESTS}:11: `test_time` proves promise 7, and double.py has no such promise",
        f"{STUB}:7: no hidden test proves promise 1: The value is twice the argument.",
        f"{STUB}:9: no hidden test proves promise 2: It takes n seconds.",
    ]


def test_a_wrong_number_is_the_one_problem(box: Box, root: Path) -> None:
    change(root / STUB, "    2. It takes", "    3. It takes")

    assert problems(box, root) == [
        f"{STUB}:9: the promises of a contract are numbered 1, 2, 3 and so on, and 3 stands here"
    ]


def test_a_promise_is_a_whole_number(root: Path) -> None:
    change(root / TESTS, "promise=1", 'promise="1"')

    (fault,) = read_kit(root).faults
    assert fault.what == "`test_value` must give `promise` as the number of a promise of the stub, not '1'"


def test_a_failure_quotes_the_promise_that_is_broken(box: Box, root: Path) -> None:
    kit = load_kit(root)
    requests = answer_requests(kit.exercises[0])
    verdicts = {
        request.path.stem: verdict
        for request, verdict in zip(requests, engine.grade(box, kit, kit.exercises[0], requests), strict=True)
    }

    quoted = {
        result.failure.promise
        for test in verdicts["value"].tests
        for result in test.results
        if result.failure is not None
    }
    assert quoted == {"1. The value is twice the argument."}
