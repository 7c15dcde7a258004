"""`grade kit figures`: pictures from real plays, and what is out of date, missing or strange about them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.desk.author.check import check_to_document
from grader.desk.author.figures import FiguresCheck, check_figures, draw_figures
from grader.errors import KitError
from grader.judge.engine import versions
from grader.judge.options import EVERYTHING
from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit
from grader.sandbox.box import Box
from tests.kit_samples import change, make_kit
from tests.processes import inside

FIGURE = """
[[figures]]
name = "waits"
scenario = "call"
inputs = { n = 3 }
answer = "reference"
caption = "It waits for three seconds."
"""
LESSON = "# double\n\n![It waits.](figures/waits.svg)\n\n```text figure=waits\n```\n\nThe end.\n"
DRAWN = """\
        0s      0.5s     1s       1.5s    2s      2.5s    3s
  call  ###################################################|
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the first exercise of a kit, with a figure that its lesson shows."""
    folder = make_kit(tmp_path / "kit") / "exercises" / "ex01_double"
    (folder / "exercise.toml").write_text((folder / "exercise.toml").read_text() + FIGURE)
    (folder / "README.md").write_text(LESSON)
    return folder


def exercise_of(folder: Path) -> Exercise:
    return load_kit(folder.parents[1]).exercises[0]


def draw(box: Box, folder: Path) -> dict[str, bool]:
    written = list(draw_figures(box, exercise_of(folder)))
    return {each.path.relative_to(folder).as_posix(): each.changed for each in written}


def faults(box: Box, folder: Path) -> list[str]:
    kit = load_kit(folder.parents[1])
    found = check_figures(box, kit.exercises[0]).faults
    assert all(fault.hint[0].isupper() for fault in found)
    return [f"{fault.path.relative_to(folder)}:{fault.line}: {fault.what}" for fault in found]


def checked(box: Box, folder: Path) -> list[str]:
    """The problems that `grade kit check` finds in the whole kit, each with its file."""
    document, _ = check_to_document(box, folder.parents[1], options=EVERYTHING)
    return [f"{problem['path']}: {problem['what']}" for problem in json.loads(document)["problems"]]


# ---- drawing ---------------------------------------------------------------------------------------------------------


def test_a_figure_is_drawn_into_its_file_and_in_letters_into_the_lesson(box: Box, folder: Path) -> None:
    assert draw(box, folder) == {"figures/waits.svg": True, "README.md": True}

    text = ElementTree.parse(folder / "figures" / "waits.svg").findtext("{http://www.w3.org/2000/svg}desc")
    assert text == "It waits for three seconds. Who ran when (virtual time): call 0 s to 3 s."
    before, after = LESSON.split("figure=waits\n")
    assert (folder / "README.md").read_text() == f"{before}figure=waits\n{DRAWN}{after}"
    assert faults(box, folder) == []


def test_what_is_current_is_not_written_again(box: Box, folder: Path) -> None:
    draw(box, folder)

    assert draw(box, folder) == {"figures/waits.svg": False, "README.md": False}


def test_a_figure_may_show_another_answer_on_another_backend(box: Box, folder: Path) -> None:
    change(folder / "exercise.toml", 'answer = "reference"', 'answer = "wrong/soon.py"\nbackend = "trio"\nuntil = 3')
    draw(box, folder)

    assert "call 0 s to 0 s." in (folder / "figures" / "waits.svg").read_text()


def test_the_command_says_what_it_has_written(folder: Path) -> None:
    root = folder.parents[1]

    first = inside("kit", "figures", "kit", "ex01", cwd=root.parent)
    again = inside("kit", "figures", cwd=root)  # the kit of this folder

    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stdout.splitlines()[:2] == [
        "  written    kit/exercises/ex01_double/figures/waits.svg",
        "  written    kit/exercises/ex01_double/README.md",
    ]
    assert again.stdout.splitlines()[-1].startswith("2 files, 0 written.")


def test_the_command_refuses_an_exercise_that_is_not_there(folder: Path) -> None:
    assert inside("kit", "figures", "kit", "ex77", cwd=folder.parents[2]).returncode == 2


def test_a_kit_without_figures_is_told_how_to_declare_one(tiny: Path) -> None:
    done = inside("kit", "figures", "--kit", "kit", cwd=tiny.parent)

    assert done.returncode == 0
    assert "`[[figures]]`" in done.stdout


# ---- what is wrong ---------------------------------------------------------------------------------------------------


def test_a_figure_that_was_never_drawn_is_named(box: Box, folder: Path) -> None:
    assert faults(box, folder) == [
        "exercise.toml:16: figures/waits.svg is missing",
        "README.md:5: the figure waits in letters is not what the play shows now",
    ]


def test_a_figure_of_a_play_that_has_changed_since_is_named(box: Box, folder: Path) -> None:
    draw(box, folder)
    change(folder / "exercise.toml", "n = 3", "n = 4")

    assert faults(box, folder) == [
        "exercise.toml:16: figures/waits.svg is not what the play shows now",
        "README.md:5: the figure waits in letters is not what the play shows now",
    ]


def test_a_figure_that_was_changed_by_hand_is_named(box: Box, folder: Path) -> None:
    draw(box, folder)
    change(folder / "figures" / "waits.svg", "three", "four")

    assert faults(box, folder) == ["exercise.toml:16: figures/waits.svg is not what the play shows now"]


def test_a_figure_that_the_lesson_does_not_show_is_named(box: Box, folder: Path) -> None:
    (folder / "README.md").write_text("# double\n")
    draw(box, folder)

    assert faults(box, folder) == [
        "exercise.toml:16: the lesson does not show figures/waits.svg, and no page of a diagnosis does"
    ]


def test_what_no_figure_declares_is_named_in_the_folder_and_in_the_lesson(box: Box, folder: Path) -> None:
    draw(box, folder)
    (folder / "figures" / "old.svg").write_text("<svg/>")
    with (folder / "README.md").open("a") as lesson:
        lesson.write("![](figures/gone.svg)\n```text figure=other\nkept\n```\n")
    draw(box, folder)

    assert "```text figure=other\nkept\n```\n" in (folder / "README.md").read_text()
    assert faults(box, folder) == [
        "figures/old.svg:1: no figure of this name is declared",
        "README.md:11: figures/gone.svg is declared by no figure",
        "README.md:12: figures/other.svg is declared by no figure",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('scenario = "call"', 'scenario = "cal"', "`cal` cannot be played with these inputs"),
        ("{ n = 3 }", "{ m = 3 }", "`call` cannot be played with these inputs"),
        ('answer = "reference"', 'answer = "right/none.py"', "there is no answer right/none.py"),
        ('answer = "reference"', 'answer = "reference"\nlanes = ["cal"]', "the play has no lane 'cal'"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_a_fault_and_an_error(
    box: Box, folder: Path, old: str, new: str, said: str
) -> None:
    draw(box, folder)
    change(folder / "exercise.toml", old, new)

    (fault,) = faults(box, folder)
    assert fault.startswith(f"exercise.toml:16: {said}")
    with pytest.raises(KitError, match=r"exercise\.toml:16: "):
        draw(box, folder)


def test_an_exception_of_the_answer_is_no_fault_of_the_figure(box: Box, folder: Path) -> None:
    answer = 'import anyio\n\n\nasync def double(n):\n    await anyio.sleep(n)\n    raise ValueError("mine")\n'
    (folder.parents[1] / "solutions" / "ex01_double" / "wrong" / "raises.py").write_text(answer)
    change(folder / "exercise.toml", 'answer = "reference"', 'answer = "wrong/raises.py"')
    draw(box, folder)

    assert "call 0 s to 3 s, raised." in (folder / "figures" / "waits.svg").read_text()
    assert faults(box, folder) == []


def test_a_scenario_that_fails_by_itself_is_not_drawn(box: Box, folder: Path) -> None:
    change(folder / "scenarios.py", "stage.submission", "stage.submision")

    with pytest.raises(KitError, match=r"exercises/ex01_double/scenarios\.py:\d+: .*submision"):
        draw(box, folder)
    assert not (folder / "figures" / "waits.svg").exists()


def test_a_kit_without_answers_is_not_asked(box: Box, folder: Path) -> None:
    (folder.parents[1] / "solutions").rename(folder.parents[2] / "away")

    assert faults(box, folder) == []
    with pytest.raises(KitError, match="this kit comes without answers"):
        draw(box, folder)


@pytest.mark.parametrize("id", ["ex01", "ex02", "ex03", "ex04", "ex05"])
def test_the_figures_of_our_own_lessons_are_current(box: Box, id: str) -> None:
    kit = load_kit(builtin_root())
    exercise = kit.exercise(id)

    assert exercise.figures
    assert [str(fault) for fault in check_figures(box, exercise).faults] == []


def test_the_figure_of_the_kit_that_authors_begin_with_is_current(box: Box) -> None:
    kit = load_kit(builtin_root() / "templates" / "kit")

    assert [str(fault) for fault in check_figures(box, kit.exercises[0]).faults] == []


def test_a_scenario_with_a_fault_leaves_no_figure_to_draw_again(box: Box, folder: Path) -> None:
    draw(box, folder)
    change(folder / "scenarios.py", "stage.submission", "stage.submision")

    found = checked(box, folder)

    assert [said for said in found if "figure" in said] == []
    assert any("`submision`" in said for said in found)


@pytest.mark.parametrize(
    ("old", "new"), [("level = 1", "level ="), ('name = "waits"', ""), ('caption = "It', 'capt = "It')]
)
def test_figures_whose_declaration_cannot_be_read_are_not_called_strangers(
    box: Box, folder: Path, old: str, new: str
) -> None:
    draw(box, folder)
    change(folder / "exercise.toml", old, new)

    (problem,) = checked(box, folder)

    assert "exercise.toml: " in problem


# ---- pages of diagnoses ----------------------------------------------------------------------------------------------

PAGE = "![It waits.](../ex01_double/figures/waits.svg)\n\n```text figure=ex01/waits\n```\n\nThe end.\n"


@pytest.fixture
def page(folder: Path) -> Path:
    """The page of a diagnosis that shows the figure, which the lesson does not."""
    (folder / "README.md").write_text("# double\n")
    path = folder.parent / "diagnoses" / "wrong-value.md"
    path.parent.mkdir()
    path.write_text(PAGE)
    return path


def test_a_figure_may_be_shown_on_the_page_of_a_diagnosis_alone(box: Box, folder: Path, page: Path) -> None:
    written = [each.path.name for each in draw_figures(box, exercise_of(folder)) if each.changed]

    assert written == ["waits.svg", "wrong-value.md"]
    before, after = PAGE.split("figure=ex01/waits\n")
    assert page.read_text() == f"{before}figure=ex01/waits\n{DRAWN}{after}"
    assert check_figures(box, exercise_of(folder)).faults == ()


def test_a_picture_in_letters_that_is_old_is_named_on_its_page(box: Box, folder: Path, page: Path) -> None:
    list(draw_figures(box, exercise_of(folder)))
    change(page, "0.5s", "0.6s")
    (fault,) = check_figures(box, exercise_of(folder)).faults

    assert (fault.path, fault.line) == (page, 3)
    assert fault.what == "the figure waits in letters is not what the play shows now"


def test_ticks_that_would_touch_are_left_out() -> None:
    """As on the page of deadlock, whose play takes no time and few steps."""
    picture = builtin_root() / "exercises" / "ex01_join" / "figures" / "each-waits.svg"
    texts = [text.text for text in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")]

    assert "step 1" in texts
    assert "2" not in texts
    assert "3" in texts


# ---- versions --------------------------------------------------------------------------------------------------------


def another_play(folder: Path) -> None:
    """The picture is of another play than the one of now, in both of its forms."""
    change(folder / "figures" / "waits.svg", "call 0 s to 3 s", "call 0 s to 2 s")
    change(folder / "README.md", "0.5s", "0.6s")


def drawn_with(folder: Path, anyio: str) -> None:
    change(folder / "figures" / "waits.svg", dict(versions())["anyio"], anyio)


def test_another_play_with_another_version_of_a_library_is_no_fault_but_is_said(box: Box, folder: Path) -> None:
    draw(box, folder)
    drawn_with(folder, "0.1")
    another_play(folder)

    assert check_figures(box, exercise_of(folder)) == FiguresCheck(faults=(), incomparable=("waits",))
    said = inside("kit", "check", "kit", cwd=folder.parents[2]).stdout
    assert "1 figure, 1 by other versions" in said


def test_the_same_play_with_another_version_of_a_library_is_compared(box: Box, folder: Path) -> None:
    draw(box, folder)
    drawn_with(folder, "0.1")
    change(folder / "README.md", "0.5s", "0.6s")

    assert check_figures(box, exercise_of(folder)).incomparable == ()
    assert faults(box, folder) == ["README.md:5: the figure waits in letters is not what the play shows now"]
    assert draw(box, folder) == {"figures/waits.svg": True, "README.md": True}


def test_a_picture_that_names_no_versions_is_drawn_again(box: Box, folder: Path) -> None:
    draw(box, folder)
    another_play(folder)
    picture = folder / "figures" / "waits.svg"
    picture.write_text(re.sub(r"\n.*Played with .*\. -->", " -->", picture.read_text()))

    assert len(faults(box, folder)) == 2
