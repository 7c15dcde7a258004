"""``pytest`` on the hidden tests of a kit, run as an author runs it: in a process of its own, on files of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grader.judge import engine
from grader.judge.engine import Request
from grader.judge.exempt import check_for
from grader.judge.kitanswers import answer_requests
from grader.judge.options import PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from tests.kit_samples import change, make_kit

CHECKOUT = Path(__file__).parents[2]
COURSE = load_kit(CHECKOUT)

OUTCOMES = """
import json, sys
import pytest

class Outcomes:
    def __init__(self):
        self.found = {}
    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.failed:
            self.found[report.nodeid.partition("::")[2]] = report.outcome

found = {}
for submission in sys.argv[2:]:
    outcomes = Outcomes()
    pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", sys.argv[1], "--submission", submission, *OPTIONS],
                plugins=[outcomes])
    found[submission] = outcomes.found
sys.stdout.write("\\n" + json.dumps(found))
"""
"""Prints how each item came out, for one submission after the other."""


def run_pytest(*args: str | Path, cwd: Path, code: int) -> str:
    """What pytest prints on a kit; it must leave with this exit code."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, args)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def outcomes(exercise: Path, submissions: list[Path], *options: str) -> Mapping[Path, Mapping[str, str]]:
    """How each item of an exercise comes out in pytest, for each of these submissions."""
    program = OUTCOMES.replace("*OPTIONS", ", ".join(map(repr, options)))
    command = [sys.executable, "-c", program, str(exercise), *map(str, submissions)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return {Path(submission): items for submission, items in found.items()}


def as_pytest_says(verdict: Verdict) -> dict[str, str]:
    """The outcomes of a verdict under the names and the words of pytest."""
    found = {}
    for test in verdict.tests:
        for result in test.results:
            name = f"{test.name[:-1]}-{result.backend}]" if "[" in test.name else f"{test.name}[{result.backend}]"
            found[name] = "passed" if result.outcome == "pass" else "failed"
    return found


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


DOUBLE = "exercises/ex01_double"


# ---- the same verdict ------------------------------------------------------------------------------------------------


def assert_alike(box: Box, exercise: Exercise, requests: Sequence[Request], *args: str) -> None:
    verdicts = engine.grade(box, COURSE, exercise, requests)
    found = outcomes(exercise.folder, [request.path for request in requests], *args)

    assert len(found) == len(requests) > 3
    for request, verdict in zip(requests, verdicts, strict=True):
        assert found[request.path] == as_pytest_says(verdict), request.path


def test_pytest_and_grade_agree_on_some_right_and_wrong_answers_of_an_exercise(box: Box) -> None:
    exercise = COURSE.exercises[1]
    requests = answer_requests(exercise, PlayOptions(schedules=2))[::5]

    assert_alike(box, exercise, requests, "--schedules", "2")


@pytest.mark.slow
@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)
def test_pytest_and_grade_agree_on_every_sixth_answer_of_every_exercise(box: Box, exercise: Exercise) -> None:
    # In natural order alone: both count schedules in the same place, and all of them take twelve times as long.
    options = PlayOptions(schedules=1)
    assert_alike(box, exercise, answer_requests(exercise, options)[::6], "--schedules", "1")


def test_an_answer_that_may_use_what_is_off_limits_is_played(box: Box) -> None:
    exempt = [
        (exercise, request)
        for exercise in COURSE.exercises
        for request in answer_requests(exercise, PlayOptions(schedules=1))
        if check_for(exercise, request.path) is not engine.rules.check
    ]
    exercise, request = exempt[0]

    assert "passed" in outcomes(exercise.folder, [request.path], "--schedules", "1")[request.path].values()


# ---- what is played --------------------------------------------------------------------------------------------------


def test_without_a_submission_the_reference_is_played_on_each_backend(kit: Path) -> None:
    shown = run_pytest(DOUBLE, "-v", cwd=kit, code=0)

    assert "solutions/ex01_double/double.py" in shown
    for item in ("test_value[asyncio]", "test_value[trio]", "test_time[asyncio]", "test_time[trio]"):
        assert re.search(rf"{re.escape(item)} PASSED", shown)


def test_all_exercises_of_a_kit_run_at_once_though_their_files_have_one_name(kit: Path) -> None:
    assert "8 passed" in run_pytest("exercises", "-q", cwd=kit, code=0)


def test_a_failure_shows_the_values_the_line_of_the_kit_and_how_to_play_it_again(kit: Path) -> None:
    wrong = "solutions/ex01_double/wrong/value.py"
    shown = run_pytest(DOUBLE, "--submission", wrong, cwd=kit, code=1)

    assert "assert 3 == 6" in shown
    assert "exercises/ex01_double/test_hidden.py:7: AssertionError" in shown
    assert 'play("call", n=3) on trio, in natural order\nended as returned after 3 virtual seconds' in shown
    assert "diagnosis: wrong-value" in shown
    assert "grader/" not in shown


def test_an_ending_that_the_test_did_not_look_at_fails_and_says_so(kit: Path) -> None:
    change(kit / DOUBLE / "test_hidden.py", 'assert play("call", n=3).elapsed == 3', 'assert play("call", n=3).elapsed')
    raises = kit / "raises.py"
    raises.write_text("import anyio\n\n\nasync def double(n):\n    await anyio.sleep(n)\n    raise ValueError(n)\n")
    shown = run_pytest(DOUBLE, "-k", "test_time", "--submission", raises, cwd=kit, code=1)

    assert shown.count("The test did not look at how this play ended: ask `recording.raised`") == 2


def test_a_scenario_at_fault_is_named_with_its_line(kit: Path) -> None:
    change(kit / DOUBLE / "scenarios.py", 'stage.span("call")', 'stage.stretch("call")')
    shown = run_pytest(DOUBLE, "-k", "test_value and asyncio", cwd=kit, code=1)

    assert "the kit is at fault: exercises/ex01_double/scenarios.py:2: `stage` has no `stretch`" in shown
    assert "help: Correct that line of the kit." in shown


def test_a_submission_that_cannot_be_judged_fails_with_its_line(kit: Path) -> None:
    bad = kit / "bad.py"
    bad.write_text("import anyio\n\n\nasync def double(n:\n")
    shown = run_pytest(DOUBLE, "--submission", bad, cwd=kit, code=1)

    assert "bad.py:4: Python cannot read this" in shown
    assert "4 failed" in shown


def test_a_submission_that_is_not_there_is_said_once(kit: Path) -> None:
    assert run_pytest(DOUBLE, "--submission", "no.py", cwd=kit, code=2).count("--submission: there is no file ") == 1


def test_a_fault_of_the_kit_is_said_where_the_file_is_collected(kit: Path) -> None:
    change(kit / DOUBLE / "exercise.toml", "minutes = 5\n", "")
    shown = run_pytest(DOUBLE, cwd=kit, code=2)

    assert "exercises/ex01_double/exercise.toml:1: 'minutes' is missing" in shown
    assert "help: Add a line `minutes = " in shown


# ---- as pytest runs tests --------------------------------------------------------------------------------------------


RACE = """
import anyio


async def call(stage, n):
    done = []

    async def put(number):
        done.append(number)
        await stage.submission.double(n)

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(put, number)
    return done
"""


def test_a_schedule_that_fails_is_named_and_can_be_asked_for_alone(kit: Path) -> None:
    (kit / DOUBLE / "scenarios.py").write_text(RACE)
    change(kit / DOUBLE / "test_hidden.py", "== 6", "== [0, 1, 2, 3]")
    alone = ("-k", "test_value and asyncio")
    shown = run_pytest(DOUBLE, *alone, cwd=kit, code=1)
    seed = re.search(r"under schedule (\d+) \(--seed (\d+)\)", shown)
    assert seed is not None

    assert run_pytest(DOUBLE, *alone, "--schedules", "1", cwd=kit, code=0)
    assert run_pytest(DOUBLE, *alone, "--seed", "0", cwd=kit, code=0)
    assert f"--seed {seed[2]}" in run_pytest(DOUBLE, *alone, "--seed", seed[2], cwd=kit, code=1)


def test_selecting_stopping_and_the_report_file_are_those_of_pytest(kit: Path) -> None:
    wrong = ("--submission", "solutions/ex01_double/wrong/value.py")
    run_pytest(DOUBLE, *wrong, "-x", "--junitxml", "report.xml", cwd=kit, code=1)
    suite = ElementTree.parse(kit / "report.xml").getroot()[0]

    assert [case.get("name") for case in suite] == ["test_value[asyncio]"]
    assert suite.get("failures") == "1"
    assert "1 passed, 3 deselected" in run_pytest(DOUBLE, *wrong, "-k", "test_time and trio", cwd=kit, code=0)


def test_only_what_failed_last_runs_again_with_lf(kit: Path) -> None:
    command = [sys.executable, "-m", "pytest", DOUBLE, "--submission", "solutions/ex01_double/wrong/value.py", "--lf"]
    for expected in ("2 failed, 2 passed", "2 failed in"):
        done = subprocess.run(command, cwd=kit, capture_output=True, text=True, check=False)
        assert expected in done.stdout


def test_the_debugger_opens_at_the_line_of_the_hidden_test_and_once(kit: Path) -> None:
    command = [sys.executable, "-m", "pytest", DOUBLE, "-k", "test_value and trio", "--pdb"]
    command += ["--submission", "solutions/ex01_double/wrong/value.py"]
    done = subprocess.run(
        command, cwd=kit, input="p play('call', n=5).result\nc\n", capture_output=True, text=True, check=False
    )

    assert done.stdout.count("(Pdb)") == 2  # one for each line that is typed
    assert "test_hidden.py(7)test_value()" in done.stdout
    assert "(Pdb) 5" in done.stdout


@pytest.mark.parametrize("place", ["--pdb", "breakpoint()"])
def test_leaving_the_debugger_ends_the_run(kit: Path, place: str) -> None:
    if place == "breakpoint()":
        change(kit / DOUBLE / "test_hidden.py", "    assert", "    breakpoint()\n    assert")
    command = [sys.executable, "-m", "pytest", DOUBLE, "--submission", "solutions/ex01_double/wrong/value.py"]
    command += ["--pdb"] if place == "--pdb" else []
    done = subprocess.run(command, cwd=kit, input="q\n", capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stdout.count("(Pdb)") == 1
    assert "the kit is at fault" not in done.stdout
    assert ("1 failed" in done.stdout) is (place == "--pdb")


def test_the_debugger_opens_where_the_test_asked_for_what_did_not_happen(kit: Path) -> None:
    change(kit / DOUBLE / "test_hidden.py", 'assert play("call", n=3).result == 6', 'play("call", n=3).span("no")')
    command = [sys.executable, "-m", "pytest", DOUBLE, "-k", "test_value and trio", "--pdb"]
    done = subprocess.run(command, cwd=kit, input="p play\nc\n", capture_output=True, text=True, check=False)

    assert "test_hidden.py(7)test_value()" in done.stdout
    assert "'no' began 0 times" in done.stdout
    assert "NameError" not in done.stdout


@pytest.mark.parametrize("option", ["--seed=-1", "--schedules=0", "--schedules=many"])
def test_an_option_that_is_no_number_of_schedules_is_refused(kit: Path, option: str) -> None:
    command = [sys.executable, "-m", "pytest", DOUBLE, option]
    done = subprocess.run(command, cwd=kit, capture_output=True, text=True, check=False)

    assert f"argument {option.partition('=')[0]}:" in done.stderr
    assert done.returncode == 4


def test_every_item_has_a_timeout_from_the_limits_of_its_exercise(kit: Path) -> None:
    limits = "[limits]\ntotal_wall_seconds = 1\ntotal_cpu_seconds = 1\njudging_seconds = 1\n"
    change(kit / DOUBLE / "exercise.toml", "[rules]", f"{limits}\n[rules]")
    change(
        kit / DOUBLE / "test_hidden.py",
        'assert play("call", n=3).result == 6',
        "import threading\n    threading.Event().wait()",
    )
    shown = run_pytest(DOUBLE, "-k", "asyncio", cwd=kit, code=1)

    assert re.search(r"Timeout\b.*\b3\.0s", shown)
    assert "1 failed, 1 passed" in shown


def test_a_skipped_test_is_not_judged_and_does_not_pass(kit: Path) -> None:
    change(kit / DOUBLE / "test_hidden.py", "from grader", "import pytest\nfrom grader")
    change(kit / DOUBLE / "test_hidden.py", 'assert play("call", n=3).result == 6', 'pytest.skip("later")')

    assert "the hidden test was skipped" in run_pytest(DOUBLE, "-k", "test_value", cwd=kit, code=1)


def test_other_tests_run_beside_hidden_ones_and_alone_as_ever(kit: Path) -> None:
    (kit / "test_other.py").write_text("def test_other(play):\n    pass\n\n\ndef test_plain():\n    pass\n")

    assert "1 error" in run_pytest("test_other.py", "-k", "test_other and not plain", cwd=kit, code=1)
    assert "1 passed" in run_pytest("test_other.py", "-k", "plain", cwd=kit, code=0)
    assert "9 passed" in run_pytest("--deselect", "test_other.py::test_other", cwd=kit, code=0)


def test_a_suite_with_options_of_these_names_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("def pytest_addoption(parser):\n    parser.addoption('--seed')\n")
    (tmp_path / "test_seed.py").write_text("def test_seed(request):\n    assert request.config.option.seed == 'x'\n")

    assert "1 passed" in run_pytest("--seed", "x", cwd=tmp_path, code=0)


def test_a_word_too_long_for_a_path_is_left_to_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")

    assert "1 passed" in run_pytest("-k", " or ".join(["test_it"] * 100), cwd=tmp_path, code=0)


def test_pytest_loads_nothing_of_the_grader_but_its_plugin_until_it_is_asked_to(tmp_path: Path) -> None:
    test = "import sys\n\n\ndef test_it():\n    loaded = [name for name in sys.modules if name.startswith('grader')]\n"
    (tmp_path / "test_it.py").write_text(test + "    assert sorted(loaded) == ['grader', 'grader.pytest_plugin']\n")

    run_pytest(cwd=tmp_path, code=0)
