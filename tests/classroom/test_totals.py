"""Totals: weights, the best n, drops and extra credit, and what ``class.toml`` may say of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.classroom.marks import Mark, Standing
from grader.classroom.rules import read_rules
from grader.classroom.totals import is_weighed, total_of, weighed
from grader.classroom.weighing import Weighing
from grader.errors import ClassroomError

EXERCISES = ("ex01", "ex02", "ex03")


def marks(*points: float | None, standing: Standing = Standing.JUDGED) -> list[Mark]:
    """A learner's marks; None is one that was not handed in, or is not judged."""
    return [
        Mark(
            learner="ada",
            exercise=exercise,
            total=100,
            standing=Standing.MISSING if number is None and standing is Standing.JUDGED else standing,
            points=number,
        )
        for exercise, number in zip(EXERCISES, points, strict=False)
    ]


def weighing(tmp_path: Path, text: str) -> Weighing:
    path = tmp_path / "class.toml"
    path.write_text(text)
    return read_rules(path, EXERCISES).weighing


def counted(rule: Weighing, row: list[Mark]) -> tuple[float | None, float, list[str]]:
    """The total, of what, and the exercises that do not count."""
    found = weighed(row, rule)
    total = total_of(found)
    points = None if total.points is None else float(total.points)
    return points, float(total.possible), [mark.exercise for mark in found if mark.dropped]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (180.5, 300, [])),
        ("[weights]\nex01 = 2", (280.5, 400, [])),
        ("[weights]\nex01 = 0", (80.5, 200, [])),
        ("[weights]\nex01 = 0.5\nex03 = 1.5", (145.75, 300, [])),
        ("best = 2", (150, 200, ["ex03"])),
        ("best = 1", (100, 100, ["ex02", "ex03"])),
        ("best = 9", (180.5, 300, [])),
        ("drop = 1", (150, 200, ["ex03"])),
        ("drop = 7", (100, 100, ["ex02", "ex03"])),
        ('extra = ["ex03"]', (180.5, 200, [])),
        ('drop = 1\nextra = ["ex03"]', (130.5, 100, ["ex02"])),
        ("best = 2\n[weights]\nex03 = 3", (150, 200, ["ex03"])),
        ("drop = 1\n[weights]\nex01 = 0", (50, 100, ["ex03"])),
    ],
)
def test_a_total_is_made_as_class_toml_says(
    tmp_path: Path, text: str, expected: tuple[float, float, list[str]]
) -> None:
    assert counted(weighing(tmp_path, text), marks(100, 50, 30.5)) == expected


def test_what_was_not_handed_in_is_dropped_first() -> None:
    assert counted(Weighing(drop=1), marks(100, None, 10)) == (110, 200, ["ex02"])


def test_of_equal_marks_the_heavier_is_kept_and_then_the_earlier() -> None:
    assert counted(Weighing(best=1), marks(50, 50, 50))[2] == ["ex02", "ex03"]
    assert counted(Weighing(best=1, weights={"ex02": 2}), marks(50, 50, 50))[2] == ["ex01", "ex03"]


def test_what_is_not_judged_yet_is_not_dropped_and_leaves_no_total() -> None:
    row = [*marks(100, 50), Mark(learner="ada", exercise="ex03", total=100, standing=Standing.NOT_JUDGED)]
    assert counted(Weighing(drop=1), row) == (None, 200, ["ex02"])


def test_a_total_is_final_once_every_mark_that_counts_has_points() -> None:
    assert not total_of(weighed(marks(100, None, 10), Weighing())).final
    assert total_of(weighed(marks(100, None, 10), Weighing(drop=1))).final


def test_a_total_is_exact() -> None:
    assert total_of(marks(0.1, 0.2)).points == Fraction(3, 10)


def test_learners_are_weighed_apart_and_the_order_stays() -> None:
    other = Mark(learner="bob", exercise="ex01", total=100, standing=Standing.JUDGED, points=1.0)
    found = weighed([*marks(10, 90), other], Weighing(best=1))

    assert [(mark.learner, mark.exercise, mark.dropped) for mark in found] == [
        ("ada", "ex01", True),
        ("ada", "ex02", False),
        ("bob", "ex01", False),
    ]
    assert is_weighed(found)
    assert not is_weighed(marks(1, 2))


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("[weights]\nex1 = 2", 2, "there is no exercise 'ex1'", "Did you mean `ex01`?"),
        ("[weights]\nex01 = 'two'", 2, "'weights.ex01' must be a number", "Correct the value of `ex01`."),
        ("[weight]\nex01 = 2", 1, "unknown key 'weight'", "Write `weights`"),
        ("best = 0", 1, "'best' must be a whole number of at least 1", "best = 10"),
        ("best = 1\ndrop = 1", 2, "'best' and 'drop' cannot both be given", "Keep one"),
        ("extra = 'ex01'", 1, "'extra' must be a list", 'extra = ["ex12"]'),
        ("extra = ['ex04']", 1, "there is no exercise 'ex04'", "Did you mean `ex0"),
        ("drops = 1", 1, "unknown key 'drops'", "Write `drop`"),
    ],
)
def test_a_mistake_names_its_line_and_what_to_write(tmp_path: Path, text: str, line: int, said: str, hint: str) -> None:
    with pytest.raises(ClassroomError) as caught:
        weighing(tmp_path, text)

    assert str(caught.value).startswith(f"{tmp_path / 'class.toml'}:{line}: ")
    assert said in str(caught.value)
    assert hint in caught.value.hint
