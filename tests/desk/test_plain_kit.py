"""An exercise without an event loop, from the kit to every report: one column, ``python``, worth all points."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.desk.author.figures import draw_figures
from grader.judge import engine, kitcheck
from grader.judge.engine import Request
from grader.judge.exempt import check_for
from grader.judge.kitnames import of_kit_files
from grader.judge.options import EVERYTHING
from grader.judge.verdict import Status, Verdict
from grader.kit.kit import load_kit, read_kit
from grader.sandbox.box import Box
from tests.kit_samples import change, make_plain_kit

FOLDER = "exercises/ex01_double"
WRONG = "solutions/ex01_double/wrong/value.py"
HANGS = """
def double(n):
    while n:
        pass
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_plain_kit(tmp_path / "kit")


def judged(box: Box, root: Path, path: Path) -> Verdict:
    kit = load_kit(root)
    exercise = kit.exercises[0]
    request = Request(path=path, shown=path.name, options=EVERYTHING, check=check_for(exercise, path))
    return next(iter(engine.grade(box, kit, exercise, [request])))


def grade(*args: str | Path, cwd: Path, code: int) -> str:
    command = [sys.executable, "-m", "grader", *map(str, args)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_the_kit_has_no_problem(box: Box, root: Path) -> None:
    checked = list(kitcheck.check(box, read_kit(root)))

    assert [problem.fault for one in checked for problem in one.problems] == []


def test_one_column_is_worth_all_points(box: Box, root: Path) -> None:
    verdict = judged(box, root, root / "solutions/ex01_double/double.py")

    assert verdict.status is Status.PASS
    assert verdict.backends == ("python",)
    assert [test.points for test in verdict.tests] == [60, 40]


def test_it_is_played_once(box: Box, root: Path) -> None:
    verdict = judged(box, root, root / "solutions/ex01_double/double.py")

    assert [result.schedules for test in verdict.tests for result in test.results] == [1, 1]


def test_a_loop_without_an_end_has_a_name_and_a_line(box: Box, root: Path) -> None:
    path = root / "hangs.py"
    path.write_text(HANGS)
    failure = judged(box, root, path).tests[0].results[0].failure

    assert failure is not None
    assert failure.diagnosis == "never-returns"
    assert failure.line == 3
    assert failure.error.startswith("`while n` goes round and round without an end")


def test_a_wait_that_nothing_ends_has_a_name_and_a_line(box: Box, root: Path) -> None:
    change(root / FOLDER / "exercise.toml", '"@pure"', '"@pure", "threading"')
    path = root / "waits.py"
    path.write_text("import threading\ndef double(n):\n    threading.Event().wait()\n")
    failure = judged(box, root, path).tests[0].results[0].failure

    assert failure is not None
    assert (failure.diagnosis, failure.line) == ("never-returns", 3)
    assert failure.error.startswith("`threading.Event().wait(...)` waits for something that never happens")


def test_an_async_scenario_is_refused(root: Path) -> None:
    change(root / FOLDER / "scenarios.py", "def call", "async def call")
    (fault,) = of_kit_files(load_kit(root).exercises[0])

    assert fault.what == 'the scenario "call" is an async function, and no event loop runs it'
    assert "`def call(...):`" in fault.hint


def test_a_plain_scenario_that_no_test_plays_is_found(root: Path) -> None:
    path = root / FOLDER / "scenarios.py"
    path.write_text(path.read_text() + "\n\ndef unused(stage):\n    pass\n")

    assert [fault.what for fault in read_kit(root).faults] == ["no hidden test plays the scenario `unused`"]


def test_a_scenario_that_is_missing_is_proposed_as_a_plain_function(root: Path) -> None:
    change(root / FOLDER / "test_hidden.py", 'play("call", n=3).result', 'play("other", n=3).result')
    (fault, *_) = of_kit_files(load_kit(root).exercises[0])

    assert fault.hint == "Add it there: `def other(stage): ...`."


def test_a_figure_is_drawn_of_a_plain_play(box: Box, root: Path) -> None:
    path = root / FOLDER / "exercise.toml"
    figure = (
        '\n[[figures]]\nname = "call"\nscenario = "call"\ninputs = { n = 3 }\nanswer = "reference"\ncaption = "One."\n'
    )
    path.write_text(path.read_text() + figure)
    (exercise,) = load_kit(root).exercises
    written = list(draw_figures(box, exercise))

    assert [one.path.name for one in written] == ["call.svg"]
    assert "call 0 s to 3 s" in written[0].path.read_text()


def test_the_screen_has_the_column_and_names_no_backend(root: Path) -> None:
    screen = grade("--kit", ".", "ex01", "--file", WRONG, "--verbose", "--plain", cwd=root, code=1)

    assert "python" in screen
    assert "FAIL 1  returns twice the argument" in screen
    assert "asyncio" not in screen
    assert "both backends" not in screen


def test_json_and_junit_name_the_column(root: Path) -> None:
    found = json.loads(grade("--kit", ".", "ex01", "--file", WRONG, "--json", cwd=root, code=1))
    grade("--kit", ".", "ex01", "--file", WRONG, "--report", "junit=junit.xml", "--quiet", cwd=root, code=1)

    assert '"backend": "python"' in json.dumps(found)
    names = [case.get("name", "") for case in ElementTree.parse(root / "junit.xml").getroot().iter("testcase")]
    assert [name.rpartition(" ")[2] for name in names] == ["[python]", "[python]"]


def test_pytest_has_an_item_for_it(root: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", FOLDER, "--submission", WRONG]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert "test_value[python] FAILED" in done.stdout
    assert "test_time[python] PASSED" in done.stdout


def test_another_backend_is_refused_by_name(root: Path) -> None:
    command = [sys.executable, "-m", "grader", "--kit", ".", "ex01", "--file", WRONG, "--backend", "trio"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 2, done.stderr
    assert "ex01 does not run on trio" in done.stderr
    assert "its tests run on: python" in done.stderr
