"""The hidden tests of a file: what is read of them, what is refused, and what is left for pytest to collect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.kit.faults import Faults
from grader.kit.hidden_tests import ReadTests, read_hidden_tests, split

SLUGS = ("serial", "deadlock")
HEAD = "import pytest\nfrom grader.judge import Diagnosed, grading\n\n"
REST = '''
@grading(points={points}, diagnosis="serial", feedback="The rest.")
def test_rest(play):
    """does the rest"""
    assert play("rest").result
'''


def read(tmp_path: Path, text: str) -> tuple[ReadTests, list[str]]:
    """The tests of a file with this text below the head, and what is wrong, each with its line in the text."""
    path = tmp_path / "test_hidden.py"
    path.write_text(HEAD + text)
    faults = Faults()
    tests = read_hidden_tests(path, slugs=SLUGS, report=faults.report)
    assert all(fault.hint[0].isupper() and fault.hint.endswith(".") for fault in faults.in_order())
    return tests, [f"{fault.line - HEAD.count(chr(10))}: {fault.what}" for fault in faults.in_order()]


def graded(name: str, arguments: str = "play", points: int = 100, above: str = "", body: str = "...") -> str:
    decorator = f'@grading(points={points}, diagnosis="serial", feedback="x")\n'
    return f'{above}{decorator}def {name}({arguments}):\n    """does it"""\n    {body}\n\n'


def collected(tmp_path: Path, text: str) -> list[str]:
    """The names of the tests that pytest collects from a text."""
    path = tmp_path / "test_collected.py"
    path.write_text(text)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", path.name]
    environment = {"PYTHONPATH": str(Path(grader.__file__).parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]


# ---- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "parts", "each"),
    [(10, 3, (4, 3, 3)), (9, 3, (3, 3, 3)), (0, 2, (0, 0)), (2, 3, (1, 1, 0)), (7, 1, (7,))],
)
def test_points_are_split_into_whole_numbers_the_larger_first(points: int, parts: int, each: tuple[int, ...]) -> None:
    assert split(points, parts) == each


def test_each_parameter_set_is_a_hidden_test_of_its_own(tmp_path: Path) -> None:
    above = '@pytest.mark.parametrize("n", [1, pytest.param(2, id="two"), [3]])\n'

    tests, wrong = read(tmp_path, graded("test_it", "play, n", 10, above) + REST.format(points=90))

    assert wrong == []
    assert [(test.number, test.name, test.label, test.points) for test in tests.tests] == [
        (1, "test_it[1]", "does it (1)", 4),
        (2, "test_it[two]", "does it (two)", 3),
        (3, "test_it[n2]", "does it (n2)", 3),
        (4, "test_rest", "does the rest", 90),
    ]
    assert [(test.function, test.parameters) for test in tests.tests[1:]] == [
        ("test_it", "two"),
        ("test_it", "n2"),
        ("test_rest", ""),
    ]
    assert [test.name for test in tests.tests] == collected(tmp_path, tests.mended)


def test_fewer_points_than_parameter_sets_are_refused_but_for_none(tmp_path: Path) -> None:
    above = '@pytest.mark.parametrize("n", [1, 2, 3])\n'

    _, wrong = read(tmp_path, graded("test_it", "play, n", 2, above) + REST.format(points=98))
    tests, nothing = read(tmp_path, graded("test_it", "play, n", 0, above) + REST.format(points=100))

    assert wrong == ["3: `test_it` has 2 points for its 3 parameter sets, and each needs one"]
    assert nothing == []
    assert [test.points for test in tests.tests] == [0, 0, 0, 100]


# ---- fixtures and marks ----------------------------------------------------------------------------------------------


FIXTURES = """
@pytest.fixture
def once(play):
    return play("once")

@pytest.fixture(autouse=True)
def always(monkeypatch): ...

"""


@pytest.mark.parametrize(
    ("arguments", "above"),
    [
        ("once", ""),
        ("play, tmp_path, request", ""),
        ("tmp_path_factory, once", ""),
        ("*, play", ""),
        ("", '@pytest.mark.usefixtures("once")\n'),
    ],
)
def test_a_test_takes_play_itself_or_by_way_of_a_fixture(tmp_path: Path, arguments: str, above: str) -> None:
    tests, wrong = read(tmp_path, FIXTURES + graded("test_it", arguments, above=above))

    assert wrong == []
    assert [test.name for test in tests.tests] == ["test_it"]


def test_play_that_is_always_set_up_is_reached_by_every_test(tmp_path: Path) -> None:
    _, wrong = read(tmp_path, FIXTURES.replace("def always(monkeypatch)", "def always(once)") + graded("test_it", ""))

    assert wrong == []


REFUSED = {
    "no play": (graded("test_it", "tmp_path"), "2: `test_it` reaches no `play`"),
    "another fixture of pytest": (graded("test_it", "play, capsys"), "2: `test_it` uses `capsys`, which is no fixture"),
    "an unknown one in usefixtures": (
        graded("test_it", above='@pytest.mark.usefixtures("server")\n'),
        "3: `test_it` uses `server`, which is no fixture",
    ),
    "a computed one in usefixtures": (
        graded("test_it", above="@pytest.mark.usefixtures(str(1))\n"),
        "1: `test_it` names no fixture in its `usefixtures`",
    ),
    "skip": (graded("test_it", above="@pytest.mark.skip\n"), "1: `test_it` is marked `skip`: a test that is skipped"),
    "skipif": (
        graded("test_it", above='@pytest.mark.skipif(True, reason="x")\n'),
        "1: `test_it` is marked `skipif`: a test that is skipped earns no learner a point",
    ),
    "xfail": (graded("test_it", above="@pytest.mark.xfail\n"), "1: `test_it` is marked `xfail`"),
    "another mark": (graded("test_it", above="@pytest.mark.slow\n"), "1: `test_it` is marked `slow`, and the judge"),
    "another decorator": (graded("test_it", above="@retry(3)\n"), "1: `test_it` has the decorator `@retry(3)`"),
    "two gradings": (
        graded("test_it", above='@grading(points=1, diagnosis="serial", feedback="x")\n'),
        "2: `test_it` has two decorators `@grading`",
    ),
    "a grading that is not called": ("@grading\n" + graded("test_it").partition("\n")[2], "1: `test_it` does not say"),
    "an async test": (graded("test_it").replace("def ", "async def "), "2: `test_it` is an async def"),
    "a value that is returned": (
        graded("test_it", body="return play().result == 3"),
        "4: `test_it` returns a value, which no code looks at",
    ),
    "a value that is yielded": (graded("test_it", body="yield play()"), "4: `test_it` yields"),
    "a class": ("class TestIt:\n    def test_it(self, play): ...\n", "2: `test_it` is not at the top level"),
    "a block": ("if True:\n    def test_it(play): ...\n", "2: `test_it` is not at the top level of the file"),
    "a fixture in a class": (
        "class Sub:\n    @pytest.fixture\n    def it(self): ...\n" + graded("test_it"),
        "3: `it` is not at the top level of the file",
    ),
    "a lambda": ("test_it = lambda play: None\n", "1: `test_it` is a hidden test that is not written as one"),
    "pytestmark": ("pytestmark = pytest.mark.slow\n" + graded("test_it"), "1: `pytestmark` changes all tests"),
    "set-up by name": ("def setup_function(): ...\n" + graded("test_it"), "1: `setup_function` is called for no"),
    "a hook": (
        "def pytest_generate_tests(metafunc): ...\n" + graded("test_it"),
        "1: `pytest_generate_tests` is a hook of pytest, and this file is read",
    ),
    "a name without an underscore": ("def testIt(play): ...\n", "1: `testIt` is meant as a hidden test, and its name"),
    "another name below grading": (graded("check_it"), "2: `check_it` is meant as a hidden test, and its"),
    "no test at all": ("def helper(): ...\n", "-2: there is no hidden test"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_judged_otherwise_than_its_author_means_is_refused(tmp_path: Path, text: str, said: str) -> None:
    tests, wrong = read(tmp_path, text)

    assert any(one.startswith(said) for one in wrong), wrong
    assert "it" not in {test.label for test in tests.tests}


@pytest.mark.parametrize("body", ["return", "return None", "inner = lambda: 3", "[n for n in range(3)]"])
def test_what_returns_nothing_returns_no_value(tmp_path: Path, body: str) -> None:
    inner = "def helper():\n        yield 1\n        return 2\n    "

    assert read(tmp_path, graded("test_it", body=inner + body))[1] == []


# ---- all at once -----------------------------------------------------------------------------------------------------


FAULTY = '''
CASES = [1, 2]
pytestmark = pytest.mark.slow

@pytest.fixture(params=CASES)
def each(request): ...

@grading(points="ten", diagnosis="serail", feedback="x")
@pytest.mark.parametrize("n", CASES)
def test_kept(play, n):
    assert play("it").result == n

@grading(points=10, diagnosis="serial", feedback="x")
async def test_async(play):
    """awaits"""

def test_broken(play)
    """is no Python"""

@grading(points=10, diagnosis="serial", feedback="x")
def test_with_each(play, each):
    """uses a fixture that is refused"""

class TestMore:
    def test_inside(self, play): ...

@grading(points=10, diagnosis="serial", feedback="x")
def test_kept(play):
    """has a name that is taken"""
'''


def test_every_fault_is_reported_at_once_and_the_others_are_still_tests(tmp_path: Path) -> None:
    tests, wrong = read(tmp_path, FAULTY + REST.format(points=30))

    assert [one.partition(",")[0] for one in wrong] == [
        "3: `pytestmark` changes all tests of the file at once",
        "5: the fixture `each` has `params`: the points of a test are split over its own parameters alone",
        "8: `test_kept` must give `points` as a whole number of at least 0",
        "8: `test_kept` names an unknown diagnosis",
        "10: `test_kept` has no docstring",
        "14: `test_async` is an async def",
        "17: not Python: expected ':'",
        "25: `test_inside` is not at the top level of the file",
        "28: `test_kept` is there twice",
    ]
    assert [(test.name, test.points, test.diagnosis) for test in tests.tests] == [
        ("test_kept[1]", 1, "serial"),
        ("test_kept[2]", 1, "serial"),
        ("test_rest", 30, "serial"),
    ]
    assert tests.left_out == {"test_async", "test_broken", "test_with_each", "test_inside"}


def test_pytest_collects_from_the_mended_text_exactly_the_tests_on_their_lines(tmp_path: Path) -> None:
    tests, _ = read(tmp_path, FAULTY + REST.format(points=30))

    assert collected(tmp_path, tests.mended) == [test.name for test in tests.tests]
    lines, written = tests.mended.split("\n"), (HEAD + FAULTY + REST.format(points=30)).split("\n")
    assert all(mended in ("", line) for mended, line in zip(lines, written, strict=True))
    assert [lines[test.line - 1] for test in tests.tests] == ["def test_kept(play, n):"] * 2 + ["def test_rest(play):"]


def test_a_sum_is_said_to_be_wrong_where_all_points_can_be_read_with_points_that_would_do(tmp_path: Path) -> None:
    path = tmp_path / "test_hidden.py"
    path.write_text(graded("test_it", points=30) + graded("test_more", points=65))
    faults = Faults()

    read_hidden_tests(path, slugs=SLUGS, report=faults.report)

    (fault,) = faults.in_order()
    assert (fault.line, fault.what) == (7, "the points add up to 95, not 100")
    assert fault.hint.endswith("for example those of `test_more`: `points=70`.")


@pytest.mark.parametrize(
    "other",
    ["class TestIt:\n    def test_it(self, play): ...\n", "def test_it(play:\n    pass\n", "def test_it(play): ...\n"],
)
def test_a_sum_is_not_judged_where_the_points_of_a_test_cannot_be_read(tmp_path: Path, other: str) -> None:
    _, wrong = read(tmp_path, REST.format(points=30) + other)

    assert wrong
    assert not any("add up" in one for one in wrong)


def test_parameters_that_stand_in_a_broken_statement_are_passed_over(tmp_path: Path) -> None:
    above = '@pytest.mark.parametrize("n", CASES)\n'

    tests, wrong = read(tmp_path, f"CASES = [1, 2\n\n{graded('test_it', 'play, n', 70, above)}{REST.format(points=30)}")

    assert wrong == ["1: not Python: '[' was never closed"]
    assert tests.left_out == {"test_it"}


# ---- what is read and cannot be called -------------------------------------------------------------------------------


@pytest.mark.parametrize("points", ["", "points=POINTS, ", "point=60, "])
def test_a_grading_that_pytest_could_not_call_does_not_keep_its_test_from_being_collected(
    tmp_path: Path, points: str
) -> None:
    text = f'@grading({points}diagnosis="serial", feedback="x")\ndef test_a(play):\n    """does it"""\n'

    tests, wrong = read(tmp_path, text + REST.format(points=40))

    assert all(said.startswith("1: `test_a`") for said in wrong)
    assert collected(tmp_path, tests.mended) == ["test_a", "test_rest"]


def test_a_name_of_a_hidden_test_that_is_bound_again_is_refused_at_that_line(tmp_path: Path) -> None:
    tests, wrong = read(tmp_path, graded("test_a") + "test_a = 3\n")

    assert wrong == ["6: `test_a` is bound again, so that the hidden test on line 5 is lost"]
    assert [test.name for test in tests.tests] == ["test_a"]
    assert collected(tmp_path, tests.mended) == ["test_a"]


def test_a_value_that_always_holds_is_not_to_be_asserted(tmp_path: Path) -> None:
    path = tmp_path / "test_hidden.py"
    path.write_text(HEAD + graded("test_a", body="return True"))
    faults = Faults()

    read_hidden_tests(path, slugs=SLUGS, report=faults.report)

    assert [fault.hint for fault in faults.in_order()] == ["Write a plain `return`."]
