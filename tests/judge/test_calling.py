"""Hidden tests with fixtures and parameters, judged by ``grade`` and run by pytest: both do as an author expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import KitError
from grader.judge import engine
from grader.judge.engine import Request
from grader.judge.options import PlayOptions
from grader.judge.verdict import Outcome, Verdict
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from tests.judge.test_items import DOUBLE, as_pytest_says, outcomes
from tests.kit_samples import make_kit

HEAD = """\
import pytest

from grader.authoring import grading

"""


def graded(box: Box, kit: Path, tests: str, answer: str = "double.py", **asked: int) -> Verdict:
    """The verdict on one of the answers, by these hidden tests."""
    (kit / DOUBLE / "test_hidden.py").write_text(HEAD + tests)
    read = load_kit(kit)
    path = kit / "solutions" / "ex01_double" / answer
    (verdict,) = engine.grade(
        box, read, read.exercises[0], [Request(path=path, shown=answer, options=PlayOptions(**asked))]
    )
    return verdict


def results(verdict: Verdict) -> dict[str, set[Outcome]]:
    return {test.name: {result.outcome for result in test.results} for test in verdict.tests}


def assert_pytest_agrees(kit: Path, verdict: Verdict, answer: str = "double.py") -> None:
    path = kit / "solutions" / "ex01_double" / answer
    assert outcomes(kit / DOUBLE, [path])[path] == as_pytest_says(verdict)


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


PARAMETERS = '''
@pytest.mark.parametrize("n", [1, 2, pytest.param(3, id="three")])
@grading(points=100, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value(play, n):
    """returns twice the argument"""
    assert play("call", n=n).result == (2 * n if n < 3 else 3)
'''


def test_each_parameter_set_is_a_test_with_a_part_of_the_points(box: Box, kit: Path) -> None:
    verdict = graded(box, kit, PARAMETERS)

    assert results(verdict) == {
        "test_value[1]": {Outcome.PASS},
        "test_value[2]": {Outcome.PASS},
        "test_value[three]": {Outcome.FAIL},
    }
    assert [test.points for test in verdict.tests] == [34, 33, 33]
    assert verdict.points == 67
    assert verdict.tests[2].label == "returns twice the argument (three)"
    assert_pytest_agrees(kit, verdict)


FIXTURES = '''
PLAYED = []


@pytest.fixture(scope="module")
def table():
    return {3: 6}


@pytest.fixture
def recording(play, request, monkeypatch):
    monkeypatch.setenv("PLAYED", "yes")
    PLAYED.append(request.node.name)
    recording = play("call", n=3)
    yield recording
    assert recording.scenario == "call"


@pytest.fixture(autouse=True)
def counted():
    before = len(PLAYED)
    yield
    assert len(PLAYED) == before + 1


@grading(points=100, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value(recording, table, tmp_path):
    """returns twice the argument"""
    (tmp_path / "written").write_text("once")
    assert recording.result == table[3]
'''


def test_fixtures_are_set_up_for_every_call_and_may_play(box: Box, kit: Path) -> None:
    right, wrong = graded(box, kit, FIXTURES), graded(box, kit, FIXTURES, "wrong/value.py")

    assert results(right) == {"test_value": {Outcome.PASS}}, right.tests[0].results
    assert results(wrong) == {"test_value": {Outcome.FAIL}}
    assert wrong.tests[0].results[0].failure is not None
    assert wrong.tests[0].results[0].failure.diagnosis == "wrong-value"
    assert_pytest_agrees(kit, right)
    assert_pytest_agrees(kit, wrong, "wrong/value.py")


STATEFUL = '''
@pytest.fixture
def once():
    return []


@grading(points=100, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value(play, once):
    """returns twice the argument"""
    once.append(play("race").result)
    assert len(once) == 1
'''

RACE = """
import anyio


async def race(stage):
    order = []

    async def enter(number):
        order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(enter, number)
    return order
"""


def test_what_a_test_did_under_one_schedule_is_not_there_under_the_next(box: Box, kit: Path) -> None:
    (kit / DOUBLE / "scenarios.py").write_text(RACE)
    verdict = graded(box, kit, STATEFUL, schedules=5)

    assert results(verdict) == {"test_value": {Outcome.PASS}}
    assert {result.schedules for result in verdict.tests[0].results} == {5}


SHARED = '''
SET_UP = []


@pytest.fixture(scope="module")
def shared():
    SET_UP.append("up")
    yield [len(SET_UP)]
    SET_UP.append("down")


@grading(points=60, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value(play, shared):
    """returns twice the argument"""
    shared.append("value")
    assert play("call", n=3).result == 6


@grading(points=40, diagnosis="wrong-value", feedback="It does not take that many seconds.")
def test_time(play, shared):
    """takes that many seconds"""
    play("call", n=3)
    assert shared[0] == 1 + 2 * SET_UP.count("down")
    assert shared[1:] == ["value", "value"]
'''


def test_a_fixture_of_the_module_lasts_for_one_submission_and_not_for_the_next(box: Box, kit: Path) -> None:
    (kit / DOUBLE / "test_hidden.py").write_text(HEAD + SHARED)
    read = load_kit(kit)
    request = Request(path=kit / "solutions" / "ex01_double" / "double.py", shown="", options=PlayOptions(schedules=1))
    verdicts = engine.grade(box, read, read.exercises[0], [request, request])

    assert [verdict.points for verdict in verdicts] == [100, 100]
    assert_pytest_agrees(kit, verdicts[0])


STUMBLES = '''
@pytest.fixture
def recording(play):
    return play("call", n=3).returned


@grading(points=100, diagnosis="wrong-value", feedback="The value is not twice the argument.")
def test_value(recording):
    """returns twice the argument"""
    assert recording == 6
'''


def test_a_bug_in_a_fixture_is_the_kits_fault_with_its_line(box: Box, kit: Path) -> None:
    verdict = graded(box, kit, STUMBLES)

    assert results(verdict) == {"test_value": {Outcome.NOT_JUDGED}}
    reason = verdict.tests[0].results[0].reason
    assert "exercises/ex01_double/test_hidden.py:8: AttributeError" in reason
    assert_pytest_agrees(kit, verdict)


@pytest.mark.parametrize(
    ("stop", "outcome"),
    [("assert not recording, 'torn down'", Outcome.FAIL), ("raise KeyError('torn down')", Outcome.NOT_JUDGED)],
)
def test_a_tear_down_that_raises_is_not_passed_over(box: Box, kit: Path, stop: str, outcome: Outcome) -> None:
    tests = FIXTURES.replace('assert recording.scenario == "call"', stop)
    verdict = graded(box, kit, tests, schedules=1)

    assert results(verdict) == {"test_value": {outcome}}
    assert_pytest_agrees(kit, verdict)


def test_a_fixture_of_the_module_that_cannot_be_torn_down_is_a_fault_of_the_kit(box: Box, kit: Path) -> None:
    with pytest.raises(KitError, match=r"test_hidden\.py: a fixture cannot be torn down: ValueError: no") as raised:
        graded(box, kit, SHARED.replace('SET_UP.append("down")', 'raise ValueError("no")'), schedules=1)

    assert "behind its `yield`" in raised.value.hint
