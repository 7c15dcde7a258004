"""The parts of an exercise as its exercise.toml declares them, and the hidden tests that belong to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import KitError
from grader.kit.kit import load_kit, read_kit
from grader.kit.parts import Part
from tests.kit_samples import change, make_small_kit

PARTS = """
[[parts]]
name = "value"
title = "the right number"
minutes = 2

[[parts]]
name = "time"
title = "at the right time"
minutes = 3
hints = ["When?", "Later.", "Sleep."]
"""
TOML = "exercises/ex01_double/exercise.toml"
TESTS = "exercises/ex01_double/test_hidden.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise in two parts, each with one test."""
    root = make_small_kit(tmp_path / "kit")
    (root / TOML).write_text((root / TOML).read_text() + PARTS)
    change(root / TESTS, "points=60", 'points=60, part="value"')
    change(root / TESTS, "points=40", 'points=40, part="time"')
    return root


def faults(root: Path) -> list[str]:
    return [f"{fault.path.name}:{fault.line}: {fault.what}" for fault in read_kit(root).faults]


def test_parts_are_read_in_order_and_tests_belong_to_them(root: Path) -> None:
    (exercise,) = load_kit(root).exercises

    assert exercise.parts == (
        Part(name="value", title="the right number", minutes=2, hints=()),
        Part(name="time", title="at the right time", minutes=3, hints=("When?", "Later.", "Sleep.")),
    )
    assert [test.part for test in exercise.tests] == ["value", "time"]
    assert exercise.part_of(2) == exercise.parts[1]
    assert exercise.part_of(7) is None


def test_an_exercise_without_parts_has_none(tmp_path: Path) -> None:
    (exercise,) = load_kit(make_small_kit(tmp_path / "kit")).exercises

    assert exercise.parts == ()
    assert exercise.part_of(1) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"time"', '"The time"', "'parts.name' must be a name of a-z, 0-9 and hyphens, not 'The time'"),
        ('"time"', '"value"', "two parts are called 'value'"),
        ('title = "at the right time"', "", "'parts.title' is missing"),
        ("minutes = 3", "minutes = 0", "'parts.minutes' must be a whole number of at least 1, not 0"),
        ("minutes = 3", "minutes = 3\npoints = 3", "unknown key 'parts.points'"),
        ('["When?", "Later.", "Sleep."]', '["When?"]', "'parts.hints' must be 3 hints"),
    ],
)
def test_what_is_wrong_with_a_part_is_named(root: Path, old: str, new: str, said: str) -> None:
    change(root / TOML, old, new)

    with pytest.raises(KitError) as refused:
        load_kit(root)
    assert said in str(refused.value)


def test_a_test_without_a_part_is_a_fault(root: Path) -> None:
    change(root / TESTS, ', part="value"', "")

    assert faults(root) == [
        "test_hidden.py:1: no hidden test belongs to the part 'value'",
        "test_hidden.py:5: `test_value` does not say to which part of the exercise it belongs",
    ]


def test_a_test_of_an_unknown_part_is_a_fault(root: Path) -> None:
    change(root / TESTS, 'part="time"', 'part="tine"')

    assert faults(root) == [
        "test_hidden.py:1: no hidden test belongs to the part 'time'",
        "test_hidden.py:11: `test_time` names an unknown part, 'tine'",
    ]


def test_tests_that_do_not_stand_in_the_order_of_the_parts_are_a_fault(root: Path) -> None:
    change(root / TESTS, 'part="value"', 'part="swap"')
    change(root / TESTS, 'part="time"', 'part="value"')
    change(root / TESTS, 'part="swap"', 'part="time"')

    assert faults(root) == ["test_hidden.py:11: `test_time` of the part 'value' stands behind a test of 'time'"]


def test_a_part_where_none_is_declared_is_a_fault(tmp_path: Path) -> None:
    root = make_small_kit(tmp_path / "kit")
    change(root / TESTS, "points=60", 'points=60, part="value"')

    assert faults(root) == [
        "test_hidden.py:5: `test_value` belongs to a part, 'value', and the exercise has none",
    ]


def test_a_part_is_a_literal_text(root: Path) -> None:
    change(root / TESTS, 'part="value"', "part=1")

    assert "test_hidden.py:4: `test_value` must give `part` as the name of a part of the exercise, not 1" in faults(
        root
    )
