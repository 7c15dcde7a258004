"""The lessons of a kit's wrong answers: what they teach, and the file that they stand in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import KitError
from grader.judge.explain.learned import Learned, Lesson, alike, place, read_learned, written
from grader.kit.exercise import Exercise
from tests.explain_samples import builtin


def lesson(root: str, file: str = "wrong.py", **shown: tuple[str, ...]) -> Lesson:
    return Lesson(file=file, root=root, shown={test: frozenset(slugs) for test, slugs in shown.items()})


SERIAL = lesson("serial", "serial.py", test_time=("serial",), test_meeting=("serial", "deadlock"))
LATE = lesson("late-binding", 'la"te.py', test_time=("late-binding",), test_meeting=("deadlock",))
KNOWN = Learned(lessons=(SERIAL, LATE))


def test_an_answer_that_shows_the_same_has_the_same_root() -> None:
    assert KNOWN.roots_of(dict(SERIAL.shown)) == {"serial"}
    assert KNOWN.roots_of({"test_time": frozenset({"serial"})}) == set()
    twins = Learned(lessons=(SERIAL, replace(SERIAL, root="deadlock")))
    assert twins.roots_of(SERIAL.shown) == {"serial", "deadlock"}


@pytest.mark.parametrize(
    ("root", "test", "slug", "follows"),
    [
        ("serial", "test_meeting", "deadlock", True),
        ("serial", "test_time", "serial", True),
        ("serial", "test_time", "deadlock", False),
        ("late-binding", "test_meeting", "serial", False),
        ("unknown", "test_meeting", "deadlock", False),
    ],
)
def test_what_follows_from_a_root(root: str, test: str, slug: str, follows: bool) -> None:
    assert KNOWN.follows(root, test, slug) is follows


@pytest.mark.parametrize(
    ("root", "slug", "explains"),
    [
        ("serial", "deadlock", True),
        ("serial", "serial", False),  # not its own consequence
        ("late-binding", "serial", False),
        ("unknown", "deadlock", False),
    ],
)
def test_what_a_root_explains_in_any_test(root: str, slug: str, explains: bool) -> None:
    assert KNOWN.explains(root, slug) is explains


def test_two_mistakes_that_show_the_same_cannot_be_told_apart() -> None:
    twin, copy = replace(SERIAL, root="polling"), replace(SERIAL, file="again.py")

    assert alike([SERIAL, LATE]) == []
    assert alike([SERIAL, LATE, twin]) == [(SERIAL, twin)]
    assert alike([SERIAL, copy]) == []


# ---- the file --------------------------------------------------------------------------------------------------------


def exercise(folder: Path) -> Exercise:
    return replace(builtin().exercise("ex01"), folder=folder)


@pytest.mark.parametrize(
    "name", ["test_x[plain]", "test_x[two words-1.5]", 'test_x[say "so"]', "test_x[it's = # 3]", "test_é"]
)
def test_a_test_of_any_name_is_written_so_that_it_is_read_again(tmp_path: Path, name: str) -> None:
    shown = lesson("serial", test_time=("serial",), **{name: ("deadlock",)})

    place(exercise(tmp_path)).write_text(written([shown]), encoding="utf-8")

    assert read_learned(exercise(tmp_path)).lessons == (shown,)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    place(exercise(tmp_path)).write_text(written([SERIAL, LATE]))

    assert read_learned(exercise(tmp_path)).lessons == (SERIAL, LATE)
    assert place(exercise(tmp_path)).name == "roots.toml"


def test_the_file_says_how_to_write_it_anew_and_is_the_same_each_time() -> None:
    text = written([SERIAL])

    assert "# " in text
    assert "grade kit check --learn" in text
    assert 'test_meeting = ["deadlock", "serial"]' in text
    assert text == written([lesson("serial", "serial.py", test_time=("serial",), test_meeting=("deadlock", "serial"))])


def test_a_kit_that_has_learned_nothing_knows_no_roots(tmp_path: Path) -> None:
    assert read_learned(exercise(tmp_path)).lessons == ()
    place(exercise(tmp_path)).write_text(written([]))
    assert read_learned(exercise(tmp_path)).lessons == ()


@pytest.mark.parametrize(
    "text",
    [
        "answers = [",
        "answers = 3",
        "[answers]\nfile = 'x'",
        "[[answers]]\nfile = 'x'\nroot = 'serial'",
        "[[answers]]\nfile = 3\nroot = 'serial'\nshows = {}",
        "[[answers]]\nfile = 'x'\nroot = 'serial'\nshows = 3",
        "[[answers]]\nfile = 'x'\nroot = 'serial'\nshows = {test_a = 3}",
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    place(exercise(tmp_path)).write_text(text)

    with pytest.raises(KitError, match=r"roots.toml: not what .* writes") as refused:
        read_learned(exercise(tmp_path))
    assert refused.value.hint == "Run `grade kit check --learn`."
