"""After a pass: the reference beside one's own answer, other right answers, and the last page of the course."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from grader.desk.afterwards import Afterwards
from grader.desk.learner import Desk
from grader.desk.run import RunDesk, RunOptions
from grader.desk.workspace import create_workspace
from grader.errors import UsageError
from grader.kit.kit import load_kit
from grader.reports.screen import ASCII
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, make_kit
from tests.page_samples import Page

FIGURES = """
[[figures]]
name = "wrong-one"
scenario = "call"
inputs = { n = 3 }
answer = "wrong/value.py"
caption = "A wrong one."

[[figures]]
name = "right-one"
scenario = "call"
inputs = { n = 3 }
answer = "reference"
caption = "It sleeps for `n` seconds."
"""


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A kit of which the first exercise has two figures of one play, and another right answer."""
    kit = make_kit(tmp_path / "kit")
    folder = kit / "exercises" / "ex01_double"
    with (folder / "exercise.toml").open("a") as file:
        file.write(FIGURES)
    right = kit / "solutions" / "ex01_double" / "right"
    right.mkdir(exist_ok=True)
    shutil.rmtree(kit / "solutions" / "ex02_wait" / "right", ignore_errors=True)
    for path in right.glob("*.py"):
        path.unlink()
    reference = (kit / "solutions" / "ex01_double" / "double.py").read_text()
    (right / "other.py").write_text('"""Sleeps first.\n\nAnd `doubles` then.\n"""\n' + reference)
    return kit


@pytest.fixture
def mine(kit: Path, tmp_path: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(kit))
    return tmp_path / "mine"


def write(mine: Path, text: str, name: str = "double", id: str = "ex01") -> None:
    (mine / f"{id}_{name}" / f"{name}.py").write_text(answer(text, name))


def passed(box: Box, mine: Path, *ids: str) -> Afterwards:
    desk = Desk(directory=mine, kit=None)
    for exercise in desk.kit.exercises:
        if exercise.id in ids:
            write(mine, RIGHT, exercise.module, exercise.id)
    run = RunDesk(desk, RunOptions())
    run.store(run.grade(box, [desk.kit.exercise(id) for id in ids]))
    return Afterwards(Desk(directory=mine, kit=None))


def screen(show: object, *args: object) -> str:
    out = io.StringIO()
    show(*args, Console(file=out, width=80, color_system=None), ASCII)  # type: ignore[operator]
    return out.getvalue()


def test_plays_of_ones_own_answer_stand_beside_those_of_the_reference(box: Box, mine: Path) -> None:
    shown = screen(passed(box, mine, "ex01").show_plays, box, "ex01")

    assert shown.count("It sleeps for `n` seconds.") == 1, "each play once"
    assert "A wrong one." not in shown
    assert "yours; the reference looks the same" in shown
    assert shown.rstrip().endswith("all of it as a page")


def test_other_right_answers_have_their_docstring_above_their_code(box: Box, mine: Path) -> None:
    shown = screen(passed(box, mine, "ex01").show_others, "ex01")

    assert shown.startswith("other.py\n  Sleeps first.\n  And `doubles` then.\n\n")
    assert "async def double" in shown
    assert '"""Sleeps first' not in shown


def test_before_a_pass_nothing_is_shown(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE)
    afterwards = Afterwards(Desk(directory=mine, kit=None))
    for show in (lambda: afterwards.reference("ex01"), lambda: screen(afterwards.show_others, "ex01")):
        with pytest.raises(UsageError, match="ex01 is not complete yet"):
            show()


def test_a_kit_without_other_answers_says_so(box: Box, mine: Path) -> None:
    afterwards = passed(box, mine, "ex02")
    with pytest.raises(UsageError, match="without other right answers") as caught:
        screen(afterwards.show_others, "ex02")
    assert "`grade solution ex02`" in caught.value.hint


def test_the_page_of_an_exercise_has_both_answers_the_plays_and_the_others(box: Box, mine: Path) -> None:
    path = passed(box, mine, "ex01").write_page(box, "ex01")
    page = Page(path.read_text())

    assert path == mine / "grade-course" / "solution-ex01.html"
    for said in ("Who ran when", "It sleeps for n seconds.", "yours, as it passed: double.py", "Sleeps first."):
        assert said in page.text
    assert "ex01.html" in [attrs["href"] for attrs in page.all("a")]
    assert (mine / "grade-course" / "ex01.html").is_file()


def test_the_last_page_shows_every_exercise_with_ones_own_plays(box: Box, mine: Path) -> None:
    afterwards = passed(box, mine, "ex01")
    assert not afterwards.is_finished()

    afterwards = passed(box, mine, "ex01", "ex02")
    assert afterwards.is_finished()
    page = Page(afterwards.write_ending(box).read_text())
    assert "You have completed the course" in page.text
    assert "2 exercises, 3 attempts" in page.text
    assert "It sleeps for n seconds." in page.text
    assert "../grade-report.html" in [attrs["href"] for attrs in page.all("a")]
    overview = Desk(directory=mine, kit=None).write_course().read_text()
    assert '<a href="end.html">The end of the course</a>' in overview
