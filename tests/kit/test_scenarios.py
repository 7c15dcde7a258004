"""Scenarios that no hidden test plays are found in the text, and none is that may be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kit.faults import Faults
from grader.kit.scenarios import unused_scenarios
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
