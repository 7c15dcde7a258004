"""What people call an exercise."""

from __future__ import annotations

import pytest

from grader.errors import UsageError
from grader.kit.kit import Kit, builtin_root, load_kit
from grader.kit.naming import ids_meant, way_to_exercise


@pytest.fixture(scope="module")
def course() -> Kit:
    return load_kit(builtin_root())


@pytest.mark.parametrize(
    ("word", "id"),
    [
        ("ex01", "ex01"), ("EX01", "ex01"), ("ex1", "ex01"), ("1", "ex01"), ("012", "ex12"), ("exercise 3", "ex03"),
        ("ex-4", "ex04"), ("join", "ex01"), ("Join", "ex01"), ("ex01_join", "ex01"), ("./ex01_join/", "ex01"),
        ("join.py", "ex01"), ("race", "ex02"), ("fetch-data-from", "ex05"), ("throttle", "ex09"), ("streams", "ex09"),
        ("stream", "ex03"), ("downloadmanager", "ex12"),
    ],
)  # fmt: skip
def test_an_exercise_is_known_by_its_number_and_by_its_names(course: Kit, word: str, id: str) -> None:
    assert course.means(word)
    assert course.exercise(word).id == id


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("jion", "Try `ex01`; `grade list` shows them all."),
        ("99", "They are ex01 to ex12; `grade list` shows them all."),
        ("ex0", "They are ex01 to ex12; `grade list` shows them all."),
        ("qqq", "See them all with `grade list`."),
    ],
)
def test_a_word_that_means_none_comes_with_the_nearest(course: Kit, word: str, hint: str) -> None:
    assert not course.means(word)
    with pytest.raises(UsageError, match=f"there is no exercise '{word}'") as caught:
        course.exercise(word)
    assert caught.value.hint == hint


def test_a_name_that_two_exercises_have_means_both() -> None:
    names = {"ex01": ("fetch", "ex01_one"), "ex02": ("Fetch", "ex02_two")}

    assert ids_meant("fetch", names) == ["ex01", "ex02"]
    assert ids_meant("ex02_two", names) == ["ex02"]


def test_a_kit_without_exercises_has_no_nearest() -> None:
    assert way_to_exercise("3", {}) == "See them all with `grade list`."
