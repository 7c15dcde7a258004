"""The mistakes that authors make: each is named with file, line and what to do, alone and all of them in one run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.judge import kitcheck
from grader.kit.faults import KitFault
from grader.kit.kit import read_kit
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer, change, make_small_kit
from tests.processes import inside

KIT = "exercises/kit.toml"
EXERCISE = "exercises/ex01_double/exercise.toml"
STUB = "exercises/ex01_double/double.py"
SCENARIOS = "exercises/ex01_double/scenarios.py"
TESTS = "exercises/ex01_double/test_hidden.py"
RIGHT_ANSWER = "solutions/ex01_double/right/way1.py"
WRONG_ANSWER = "solutions/ex01_double/wrong/value.py"

MORE_SCENARIOS = '''

async def twice(stage, n):
    stage.mark("called")
    return await stage.submission.double(await stage.submission.double(n))


async def late(stage, n):
    return await stage.submission.double(n)
'''
MORE_TESTS = '''

@grading(points=5, diagnosis="wrong-value", feedback="Twice twice is not four times.")
def test_twice(play):
    """may be called again with the result"""
    assert play("twice", n=1).result == 4


@grading(points=5, diagnosis="wrong-value", feedback="The mark is not there.")
def test_mark(play):
    """is called"""
    recording = play("twice", n=2)
    assert recording.result == 8


@grading(points=5, diagnosis="wrong-value", feedback="Zero is not zero.")
def test_zero(play):
    """returns zero for zero"""
    assert play("call", n=0).result == 0


@grading(points=5, diagnosis="wrong-value", feedback="One is not two.")
def test_one(play):
    """returns two for one"""
    assert play("call", n=1).result == 2


@grading(points=5, diagnosis="wrong-value", feedback="Two is not four.")
def test_two(play):
    """returns four for two"""
    assert play("call", n=2).result == 4


@grading(points=5, diagnosis="wrong-value", feedback="Four is not eight.")
def test_four(play):
    """returns eight for four"""
    assert play("call", n=4).result == 8


@grading(points=5, diagnosis="wrong-value", feedback="It does not end in time.")
def test_late(play):
    """ends in time"""
    assert play("late", n=5).elapsed == 5


@grading(points=5, diagnosis="another-value", feedback="Five is not ten.")
def test_five(play):
    """returns ten for five"""
    assert play("call", n=5).result == 10
'''
MORE_KIT = """
[diagnoses.another-value]
sentence = "another value"
explanation = "The value is another one."
hints = ["another hint 1", "another hint 2", "another hint 3"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise that has no problem, with a part for each mistake."""
    root = make_small_kit(tmp_path / "kit")
    change(root / TESTS, "points=60", "points=40")
    change(root / TESTS, XX)
    for path, more in ((KIT, MORE_KIT), (SCENARIOS, MORE_SCENARIOS), (TESTS, MORE_TESTS)):
        (root / path).write_text((root / path).read_text() + more)
    wrong = "# fails: test_value, test_twice, test_mark, test_one, test_two (wrong-value)\n"
    (root / WRONG_ANSWER).write_text(wrong + answer(WRONG_VALUE))
    soon = "# fails: test_time, test_late (wrong-value)\n"
    (root / "solutions/ex01_double/wrong/soon.py").write_text(soon + answer(TOO_SOON))
    other = "# fails: test_zero (wrong-value), test_five (another-value)\n"
    (root / "solutions/ex01_double/wrong/other.py").write_text(other + answer(RIGHT.replace("2 * n", "2 * n + (n in (0, 5))")))
    return root


def faults(box: Box, root: Path) -> list[KitFault]:
    return [problem.fault for one in kitcheck.check(box, read_kit(root)) for problem in one.problems]


def test_the_kit_without_a_mistake_has_no_problem(box: Box, root: Path) -> None:
    assert faults(box, root) == []


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A mistake of an author: a text of a file that is replaced by another one, and what has to be said of it."""

    file: str
    old: str
    new: str
    at: str
    """The beginning of the line that has to be named."""
    what: str
    hint: str

    def make(self, root: Path) -> None:
        change(root / self.file, self.old, self.new)

    def line(self, root: Path) -> int:
        lines = (root / self.file).read_text().splitlines()
        return 1 + next(number for number, line in enumerate(lines) if line.startswith(self.at))

    def is_named_by(self, fault: KitFault, root: Path) -> bool:
        there = fault.path == root / self.file and fault.line == self.line(root)
        return there and self.what in fault.what and self.hint in fault.hint


TWELVE = {
    "attribute of a recording that is not there": Slip(
        file=TESTS,
        old='assert play("call", n=3).result == 6',
        new='recording = play("call", n=3)\n    assert recording.returned == 6',
        at="    assert recording.returned",
        what="`recording` has no `returned`",
        hint="`result`",
    ),
    "attribute of the stage that is not there": Slip(
        file=SCENARIOS,
        old='stage.mark("called")',
        new='stage.note("called")',
        at="    stage.note",
        what="`stage` has no `note`",
        hint="`mark`",
    ),
    "test that returns a value": Slip(
        file=TESTS,
        old='assert play("call", n=0).result == 0',
        new='return play("call", n=0).result == 0',
        at="    return play",
        what="`test_zero` returns",
        hint="assert",
    ),
    "async test": Slip(
        file=TESTS,
        old="def test_one(play)",
        new="async def test_one(play)",
        at="async def test_one",
        what="`test_one` is an async def",
        hint="def test_one(",
    ),
    "scenario with a syntax error": Slip(
        file=SCENARIOS,
        old="async def late(stage, n):",
        new="async def late(stage, n)",
        at="async def late",
        what="expected ':'",
        hint="Correct the line",
    ),
    "missing key": Slip(
        file=EXERCISE,
        old="level = 1\n",
        new="",
        at="id = ",
        what="'level' is missing",
        hint="level = 1",
    ),
    "two tests of one name": Slip(
        file=TESTS,
        old="def test_four(play):",
        new="def test_value(play):  # again",
        at="def test_value(play):  # again",
        what="`test_value` is there twice",
        hint="another name",
    ),
    "diagnosis without hints": Slip(
        file=KIT,
        old='hints = ["another hint 1", "another hint 2", "another hint 3"]\n',
        new="",
        at="[diagnoses.another-value]",
        what="hints' is missing",
        hint='hints = ["a question", "the idea", "nearly the code"]',
    ),
    "wrong answer that passes": Slip(
        file="solutions/ex01_double/wrong/soon.py",
        old="sleep(0)",
        new="sleep(n)",
        at="# fails: test_time",
        what="this wrong answer passes every hidden test",
        hint="Make the mistake in it",
    ),
    "right answer that fails": Slip(
        file=RIGHT_ANSWER,
        old="await anyio.sleep(n)",
        new="await anyio.sleep(n + 1)",
        at="    await anyio.sleep(n + 1)",
        what="on asyncio and trio: wrong-value",
        hint="grade ex01 --kit",
    ),
    "stub that does not import": Slip(
        file=STUB,
        old="import anyio\n",
        new="import anyio\n\nLIMIT = anyio.no_such_limit\n",
        at="LIMIT",
        what="the stub cannot be imported: AttributeError",
        hint="Correct the line",
    ),
    "points that are no number": Slip(
        file=TESTS,
        old='points=5, diagnosis="wrong-value", feedback="Two',
        new='points="ten", diagnosis="wrong-value", feedback="Two',
        at='@grading(points="ten"',
        what="'ten'",
        hint="points=",
    ),
    "unused scenario": Slip(
        file=SCENARIOS,
        old="async def twice(",
        new="async def unused(stage):\n    return stage.now\n\n\nasync def twice(",
        at="async def unused",
        what="no hidden test plays the scenario `unused`",
        hint='play("unused")',
    ),
}


@pytest.mark.parametrize("slip", TWELVE.values(), ids=TWELVE)
def test_a_mistake_is_the_one_problem_that_is_named(box: Box, root: Path, slip: Slip) -> None:
    slip.make(root)

    found = faults(box, root)

    assert len(found) == 1, found
    assert slip.is_named_by(found[0], root), found


def test_all_mistakes_in_one_exercise_are_named_in_one_run(box: Box, root: Path) -> None:
    for slip in TWELVE.values():
        slip.make(root)

    found = faults(box, root)

    unnamed = [name for name, slip in TWELVE.items() if not any(slip.is_named_by(fault, root) for fault in found)]
    assert unnamed == [], found
    assert len(found) == len(TWELVE), found
