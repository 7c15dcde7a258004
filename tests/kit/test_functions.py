"""One function of the hidden tests: whether it can be judged in spite of what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kit.faults import Faults
from grader.kit.fixtures import fixtures_of, is_fixture
from grader.kit.functions import ReadFunction, is_graded, read_function
from grader.kit.sources import read_source
from grader.kit.toplevel import Function, top_level_of

GRADING = '@grading(points=3, diagnosis="serial", feedback="x")\n'
FIXTURES = "@pytest.fixture\ndef once(play): ...\n\n@pytest.fixture(params=[1])\ndef each(request): ...\n\n"
BODY = ':\n    """does it\n\n    and more\n    """\n'


def read(tmp_path: Path, text: str) -> ReadFunction:
    """The last function of a file, which has two fixtures, one of them faulty."""
    path = tmp_path / "test_hidden.py"
    path.write_text(f"import pytest\nfrom grader.judge import grading\n\n{FIXTURES}{text}")
    source = read_source(path, Faults().report, of_statements=Faults().report)
    assert source is not None
    top = top_level_of(source)
    functions = [node for node in source.tree.body if isinstance(node, Function)]
    fixtures = fixtures_of([node for node in functions if is_fixture(node, top)], top)
    assert is_graded(functions[-1], top)
    return read_function(functions[-1], top, fixtures, ["serial"])


def test_a_function_without_parameters_is_one_test_with_the_first_line_of_its_docstring(tmp_path: Path) -> None:
    function = read(tmp_path, f"{GRADING}def test_it(play){BODY}")

    assert (function.label, function.ids, function.problems, function.is_playable) == ("does it", ("",), (), True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points=3", 'points="ten"', "must give `points` as"),
        ("points=3, ", "", "has no `points`"),
        ('"serial"', '"serail"', "names an unknown diagnosis"),
        ('feedback="x"', "feedback=3", "must give `feedback` as a text"),
        ("does it\n\n    and more", "", "has no docstring"),
    ],
)
def test_what_it_says_of_itself_may_be_wrong_and_it_can_be_judged(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    function = read(tmp_path, f"{GRADING}def test_it(play){BODY}".replace(old, new))

    assert [said in problem.what for problem in function.problems] == [True]
    assert function.is_playable


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def", "async def", "is an async def"),
        ("(play)", "(play=None)", "gives an argument a default"),
        ("(play)", "()", "reaches no `play`"),
        ('"serial"', '"none of the kit"', "names an unknown diagnosis"),
        ("@grading", "@pytest.mark.skip()\n@grading", "is marked `skip`"),
        ("@grading", "@pytest.mark.parametrize('n', [])\n@grading", "has an empty list of parameter sets"),
    ],
)
def test_what_pytest_would_call_otherwise_is_not_judged(tmp_path: Path, old: str, new: str, said: str) -> None:
    function = read(tmp_path, f"{GRADING}def test_it(play){BODY}".replace(old, new))

    assert [said in problem.what for problem in function.problems] == [True]
    assert not function.is_playable


def test_a_function_that_needs_a_faulty_fixture_is_not_judged_and_nothing_more_is_said(tmp_path: Path) -> None:
    function = read(tmp_path, f"{GRADING}def test_it(play, each){BODY}")

    assert function.problems == ()
    assert not function.is_playable


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("    return play('x').result == 3\n", 1),
        ("    if True:\n        return 1\n", 2),
        ("    for n in play('x'):\n        yield n\n", 2),
        ("    assert (yield)\n", 1),
    ],
)
def test_a_value_that_leaves_a_function_is_named_with_its_line(tmp_path: Path, body: str, line: int) -> None:
    function = read(tmp_path, f"{GRADING}def test_it(play){BODY}{body}")

    (problem,) = function.problems
    assert problem.line == function.node.lineno + 4 + line


def test_a_parameter_takes_the_place_of_an_argument_that_nothing_fills(tmp_path: Path) -> None:
    function = read(tmp_path, f'@pytest.mark.parametrize("limit", [1])\n{GRADING}def test_it(play, limits, once){BODY}')

    assert "Write `def test_it(play, once, limit):`." in [problem.hint for problem in function.problems]
