"""One exercise: everything that is wrong with it is reported at once, and it is read as far as it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kit.catalogue import BUILTIN
from grader.kit.exercise import KEYS, RULES_KEYS, Limits, ReadExercise, read_exercise
from grader.kit.faults import Faults
from tests.kit_samples import change, make_kit

NAME = "ex01_double"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the exercise; its hidden tests name a diagnosis of every kit."""
    folder = make_kit(tmp_path) / "exercises" / NAME
    change(folder / "test_hidden.py", "wrong-value", "serial")
    return folder


def read(folder: Path) -> tuple[ReadExercise, list[str]]:
    """The exercise, and what is wrong with it: the file, the line and the words."""
    faults = Faults()
    exercise = read_exercise(folder.parents[1], NAME, BUILTIN, Limits(), faults, earlier=("ex01",))
    assert all(fault.hint[0].isupper() and fault.hint.endswith(".") for fault in faults.in_order())
    return exercise, [f"{fault.path.name}:{fault.line}: {fault.what}" for fault in faults.in_order()]


def test_a_good_exercise_has_no_fault_and_nothing_is_mended(folder: Path) -> None:
    exercise, wrong = read(folder)

    assert wrong == []
    assert (exercise.mended, exercise.left_out) == ({}, frozenset())
    assert [test.name for test in exercise.exercise.tests] == ["test_value", "test_time"]


def test_all_that_is_wrong_is_reported_at_once_and_defaults_stand_in_its_place(folder: Path) -> None:
    (folder / "exercise.toml").write_text(
        'id = "ex09"\nsumary = "s"\nfile = "double"\nlevel = 0\nminutes = "5"\nneeds = ["net"]\nbackends = ["uv"]\n\n'
        '[rules]\nimports = ["anyio", "@safe"]\noff_limits = ["x="]\n\n[hints]\ngeneral = ["a", "b"]\n\n'
        "[limits]\nsteps = 0\n"
    )
    (folder / "README.md").unlink()
    change(folder / "scenarios.py", "async with", "async wiht")
    change(folder / "test_hidden.py", "def test_time(play)", "async def test_time(play)")

    exercise, wrong = read(folder)

    assert [one.partition(";")[0].partition(", not")[0] for one in wrong] == [
        "exercise.toml:1: 'id' must be 'ex01', as in the name of the folder",
        "exercise.toml:1: 'title' is missing",
        "exercise.toml:1: 'concepts' is missing",
        "exercise.toml:2: unknown key 'sumary'",
        "exercise.toml:3: 'file' must be the name of a module",
        "exercise.toml:4: 'level' must be a whole number of at least 1",
        "exercise.toml:5: 'minutes' must be a whole number of at least 1",
        "exercise.toml:6: 'needs' must be some of loopback, processes",
        "exercise.toml:7: 'backends' must be some of asyncio, trio",
        "exercise.toml:10: 'rules.imports' has '@safe'",
        "exercise.toml:11: 'rules.off_limits' has 'x='",
        "exercise.toml:14: 'hints.general' must be 3 hints: a question, the idea, nearly the code",
        "exercise.toml:17: 'limits.steps' must be a whole number of at least 1",
        "README.md:1: this file is missing",
        "scenarios.py:2: not Python: invalid syntax",
        "test_hidden.py:11: `test_time` is an async def",
    ]
    given = exercise.exercise
    assert (given.id, given.title, given.summary, given.file) == ("ex01", "double", "s", "double.py")
    assert (given.level, given.minutes, given.backends) == (1, 1, ("asyncio", "trio"))
    assert (given.rules.imports, given.rules.off_limits) == (("anyio",), ())
    assert [test.name for test in given.tests] == ["test_value"]
    assert exercise.left_out == {"test_time"}
    assert exercise.mended.keys() == {folder / "scenarios.py", folder / "test_hidden.py"}
    assert exercise.mended[folder / "scenarios.py"].split() == []


def test_an_exercise_without_any_file_is_read_as_one_with_defaults(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()

    exercise, wrong = read(folder)

    assert wrong == [
        f"{name}:1: this file is missing" for name in ("exercise.toml", "README.md", "scenarios.py", "test_hidden.py")
    ]
    assert (exercise.exercise.file, exercise.exercise.tests) == ("double.py", ())


def test_a_conftest_is_refused_with_the_reason(folder: Path) -> None:
    (folder / "conftest.py").write_text("")

    assert read(folder)[1] == [
        "conftest.py:1: a kit has no conftest.py: the judge reads fixtures from test_hidden.py alone"
    ]


def test_a_scenario_that_no_test_plays_is_a_fault_that_does_no_harm(folder: Path) -> None:
    with (folder / "scenarios.py").open("a") as file:
        file.write("\n\nasync def nobody_plays_this(stage):\n    pass\n")
    faults = Faults()

    read_exercise(folder.parents[1], NAME, BUILTIN, Limits(), faults)

    (fault,) = faults.in_order()
    assert (fault.line, fault.what) == (6, "no hidden test plays the scenario `nobody_plays_this`")
    assert fault.hint.endswith('`play("nobody_plays_this")`.')
    assert not fault.blocks


def test_an_exercise_comes_after_earlier_ones_alone(folder: Path) -> None:
    with (folder / "exercise.toml").open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write(f'after = ["ex01", "ex09"]\n{text}')

    exercise, said = read(folder)

    assert exercise.exercise.after == ("ex01",)
    assert said == ["exercise.toml:1: 'after' names 'ex09', which is no earlier exercise"]


def test_the_example_of_every_key_is_a_valid_value(folder: Path) -> None:
    """What a hint tells the author to write must not be the next fault; the id alone depends on the folder."""
    lines = [f"{key} = {example}" for key, example in KEYS.items() if example]
    rules = [f"{key} = {example}" for key, example in RULES_KEYS.items()]
    hints = 'general = ["a question", "the idea", "nearly the code"]'
    (folder / "exercise.toml").write_text("\n".join([*lines, "[rules]", *rules, "[hints]", hints]))
    (folder / "double.py").rename(folder / "timeout.py")

    assert read(folder)[1] == []
