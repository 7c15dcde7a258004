"""Figures as an exercise.toml declares them, and as a lesson shows them."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from grader.errors import KitError
from grader.kit.figures import Figure, pictures_of, shown_in
from grader.kit.kit import load_kit
from tests.kit_samples import make_kit

LEAST = """
[[figures]]
name = "twice"
scenario = "call"
answer = "reference"
caption = "It waits."
"""


def declared(root: Path, text: str) -> tuple[Figure, ...]:
    """The figures of the first exercise of a kit, with this text behind its exercise.toml."""
    path = make_kit(root) / "exercises" / "ex01_double" / "exercise.toml"
    path.write_text(path.read_text() + text)
    return load_kit(root).exercises[0].figures


def test_an_exercise_without_figures_has_none(tmp_path: Path) -> None:
    assert declared(tmp_path, "") == ()


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    (figure,) = declared(tmp_path, LEAST)

    assert (figure.name, figure.scenario, figure.answer) == ("twice", "call", "reference")
    assert (figure.inputs, figure.backend, figure.until, figure.lanes) == ({}, "asyncio", None, ())
    assert figure.file == "figures/twice.svg"


def test_everything_can_be_said_and_the_kit_can_be_sent_to_another_process(tmp_path: Path) -> None:
    more = 'inputs = { n = 3, of = { a = [1.5, true] } }\nbackend = "trio"\nuntil = 4\nlanes = ["call"]\n'

    (figure,) = declared(tmp_path, LEAST + more)

    assert figure.inputs == {"n": 3, "of": {"a": [1.5, True]}}
    assert (figure.backend, figure.until, figure.lanes) == ("trio", 4.0, ("call",))
    assert pickle.loads(pickle.dumps(load_kit(tmp_path))) == load_kit(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"twice"', '"One Fails"', "'figures.name' must be words in lower case with hyphens, not 'One Fails'"),
        ('"twice"', '"../out"', "'figures.name' must be words in lower case"),
        ('"reference"', '"sequential.py"', "'figures.answer' must be "),
        ('"reference"', '"wrong/../../x.py"', "'figures.answer' must be"),
        ('caption = "It waits."', "", "'figures.caption' is missing"),
        ('caption = "It waits."', 'caption = ""', "'figures.caption' must be a text"),
        ('caption = "It waits."', 'caption = "a"\nbackend = "curio"', "'figures.backend' must be"),
        ('caption = "It waits."', 'caption = "a"\nuntil = 0', "'figures.until' must be a number above 0"),
        ('caption = "It waits."', 'caption = "a"\nwidth = 3', "unknown key 'figures.width'"),
        (
            'caption = "It waits."',
            'caption = "a"\ninputs = { on = 2026-01-01 }',
            "'figures.inputs.on' must be a number",
        ),
        ('caption = "It waits."', f'caption = "a"\n{LEAST}', "two figures are called 'twice'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(KitError) as refused:
        declared(tmp_path, LEAST.replace(old, new, 1))

    assert said in str(refused.value)
    assert int(str(refused.value).split(".toml:")[1].split(":")[0]) > 15


# ---- the lesson ------------------------------------------------------------------------------------------------------


def test_a_lesson_shows_the_pictures_that_it_names_in_the_folder_of_figures() -> None:
    lesson = (
        "# a\n![One fails.](figures/one-fails.svg) ![x](figures/two.svg)\n[no](other/three.svg) ![](figures/../x.svg)\n"
    )

    assert list(shown_in(lesson)) == [(2, "figures/one-fails.svg"), (2, "figures/two.svg")]


def test_the_pictures_of_a_lesson_are_the_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for name in ("one.svg", "not-shown.svg"):
        (tmp_path / "figures" / name).write_text("<svg/>")
    (tmp_path / "README.md").write_text("![](figures/one.svg) ![](figures/one.svg) ![](figures/missing.svg)")

    assert pictures_of(tmp_path / "README.md") == [tmp_path / "figures" / "one.svg"]
