"""The command that grades a class again: all that decides a mark is in it, in words that a shell reads back."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from grader.classroom.found import Layout
from grader.desk.class_ import OUT, ClassOptions, again
from grader.judge.options import PlayOptions
from grader.kit.kit import builtin_root, load_kit
from tests.kit_samples import make_kit

KIT = load_kit(builtin_root())


def options(**changes: object) -> ClassOptions:
    default: dict[str, object] = {"source": Path("week 1.zip"), "out": OUT, "play_options": PlayOptions()}
    return ClassOptions(**{**default, **changes})  # type: ignore[arg-type]


def test_with_no_options_the_command_is_short() -> None:
    assert again(KIT, options()) == "grade class 'week 1.zip' --schedules 21 --fresh"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layout": Layout.CANVAS}, ["--layout", "canvas"]),
        ({"roster": Path("a b.csv")}, ["--roster", "a b.csv"]),
        ({"config": Path("c.toml")}, ["--config", "c.toml"]),
        ({"canvas": Path("c.csv")}, ["--canvas", "c.csv"]),
        ({"moodle": (Path("1.csv"), Path("2.csv"))}, ["--moodle", "1.csv", "--moodle", "2.csv"]),
        ({"exercises": ("ex01", "ex02")}, ["--exercise", "ex01", "--exercise", "ex02"]),
        ({"sections": ("A 1", "B")}, ["--section", "A 1", "--section", "B"]),
        ({"level": 0}, ["--allow-level", "0"]),
        ({"started": True}, ["--started"]),
        ({"anonymous": True}, ["--anonymous"]),
        ({"out": Path("results")}, ["--out", "results"]),
    ],
)
def test_what_was_asked_for_is_in_the_command(changes: dict[str, object], words: list[str]) -> None:
    found = shlex.split(again(KIT, options(**changes)))

    at = found.index(words[0])
    assert found[at : at + len(words)] == words


def test_a_kit_of_ones_own_is_named(tmp_path: Path) -> None:
    root = make_kit(tmp_path / "my kit")

    assert ["--kit", str(root)] == shlex.split(again(load_kit(root), options()))[3:5]


def test_a_source_that_is_called_like_an_option_is_given_as_a_path() -> None:
    assert shlex.split(again(KIT, options(source=Path("--help"))))[2] == "./--help"
