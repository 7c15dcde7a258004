"""Scenarios that no hidden test plays are found in the text, and inputs that no scenario has; none that may be good."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kit.faults import Faults, Problem
from grader.kit.hidden_tests import read_hidden_tests
from grader.kit.scenarios import imports_of_grader, unknown_inputs, unused_scenarios
from grader.kit.sources import Source, read_source

SCENARIOS = """\
import anyio

async def working(stage, seconds): ...

async def helper(name): ...

def plain(stage): ...
"""


def source(path: Path, text: str) -> Source:
    path.write_text(text)
    read = read_source(path, Faults().report, of_statements=Faults().report)
    assert read is not None
    return read


def unused(tmp_path: Path, tests: str, more: str = "") -> list[tuple[int, str]]:
    scenarios = source(tmp_path / "scenarios.py", SCENARIOS + more)
    found = unused_scenarios(scenarios, source(tmp_path / "test_hidden.py", tests))
    return [(problem.line, problem.what) for problem in found]


def test_a_scenario_that_no_test_names_is_found(tmp_path: Path) -> None:
    found = unused(tmp_path, 'play("other")\n', "\n\nasync def other(stage): ...\n")

    assert found == [(3, "no hidden test plays the scenario `working`")]


@pytest.mark.parametrize(
    "tests",
    [
        'play("working", seconds=1)',
        'CASES = [("plain", "working")]',
        'name = "x"; play(f"work{name}")',
        'play(f"{name}")',
        'def test_broken(play:\n    play("working")\n',
    ],
)
def test_a_scenario_is_played_where_its_name_may_be_a_text_of_the_tests(tmp_path: Path, tests: str) -> None:
    assert unused(tmp_path, tests) == []


@pytest.mark.parametrize("more", ["ALL = [working]\n", "async def other(stage:\n    await working(stage)\n"])
def test_a_scenario_that_another_one_uses_is_no_fault(tmp_path: Path, more: str) -> None:
    assert unused(tmp_path, "", more) == []


def test_a_name_that_is_only_similar_plays_nothing(tmp_path: Path) -> None:
    assert unused(tmp_path, 'play("workin"); play(f"{name}_working")\n# working\n') != []


# ---- inputs that are shown -------------------------------------------------------------------------------------------

SHOWN = """\
from grader.authoring import grading


@grading(points=100, diagnosis="late", feedback="It was late.", show=({show}))
def test_it(play):
    \"\"\"it is in time\"\"\"
    play("working", seconds=1)
"""


def unknown(tmp_path: Path, show: str, more: str = "", looped: str = "") -> list[Problem]:
    scenarios = source(tmp_path / "scenarios.py", SCENARIOS + more)
    path = tmp_path / "test_hidden.py"
    path.write_text(SHOWN.format(show=show) + looped)
    read = read_hidden_tests(path, slugs=("late",), report=Faults().report)
    assert read.source is not None
    return [*unknown_inputs(scenarios, read.source, read.tests)]


def test_a_shown_input_that_no_scenario_has_is_found_with_the_one_that_was_meant(tmp_path: Path) -> None:
    assert unknown(tmp_path, '"seconds", "sekonds", "hue"') == [
        Problem(5, "`test_it` shows 'sekonds', and no scenario has that input", "Write `seconds`."),
        Problem(5, "`test_it` shows 'hue', and no scenario has that input", 'Name an input of `play`, or "expected".'),
    ]


@pytest.mark.parametrize(
    ("show", "more"),
    [
        ('"seconds", "expected"', ""),
        ('"hue",', "async def painting(stage, *, hue): ...\n"),
        ('"hue",', "async def painting(stage, **inputs): ...\n"),
        ('"hue",', "async def painting(stage, hue:\n"),
    ],
)
def test_a_shown_input_that_a_scenario_may_have_is_no_fault(tmp_path: Path, show: str, more: str) -> None:
    assert unknown(tmp_path, show, more) == []


def test_a_variable_of_a_loop_may_be_shown(tmp_path: Path) -> None:
    assert unknown(tmp_path, '"hue", "tint"', looped="    for hue, (tint, _) in []:\n        assert hue\n") == []


# ---- imports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", ["{}", "async def scene(stage):\n    {}", "if TYPE_CHECKING:\n    pass\nelse:\n    {}"]
)
@pytest.mark.parametrize("line", ["from grader.authoring import Stage", "import anyio, grader.authoring"])
def test_an_import_of_the_grader_that_the_box_would_carry_out_is_found(tmp_path: Path, place: str, line: str) -> None:
    text = place.format(line)
    (found,) = imports_of_grader(source(tmp_path / "scenarios.py", text + "\n"))

    assert (found.line, line in found.hint) == (text.count("\n") + 1, True)


@pytest.mark.parametrize(
    "text",
    [
        "if TYPE_CHECKING:\n    from grader.authoring import Stage\n",
        "if typing.TYPE_CHECKING:\n    import grader.authoring\n",
        "import graders\nfrom . import grader\n",
    ],
)
def test_an_import_for_annotations_and_one_of_another_name_are_no_fault(tmp_path: Path, text: str) -> None:
    assert [*imports_of_grader(source(tmp_path / "scenarios.py", text))] == []
