"""What is added to a kit.toml, and all that stays as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from grader.desk.author.kit_toml import blocks_of, read, with_exercise
from grader.errors import KitError

DIAGNOSES = '# about them\n[diagnoses.late]\nhelp = "a"\n\n[diagnoses.lost]\nhelp = "b"\n'


def added(tmp_path: Path, text: str, diagnoses: str = "") -> str:
    path = tmp_path / "kit.toml"
    path.write_text(text)
    return with_exercise(path, "ex02_b", diagnoses)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('exercises = ["ex01_a"]\n', 'exercises = ["ex01_a", "ex02_b"]\n'),
        ('exercises = ["ex01_a",]  # all\n', 'exercises = ["ex01_a", "ex02_b",]  # all\n'),
        ("exercises = []\n", 'exercises = ["ex02_b"]\n'),
        ("exercises=['ex01_a']\n", "exercises=['ex01_a', \"ex02_b\"]\n"),
        (
            'exercises = [\n  "ex00_z",\n  "ex01_a"  # [first]\n]\n',
            'exercises = [\n  "ex00_z",\n  "ex01_a",  # [first]\n  "ex02_b",\n]\n',
        ),
        (
            'exercises = [\n\t"ex01_a", # first\n\t# "ex99_z",\n]\n',
            'exercises = [\n\t"ex01_a", # first\n\t"ex02_b",\n\t# "ex99_z",\n]\n',
        ),
        (
            'exercises = ["ex00_z",\n             "ex01_a"]\n',
            'exercises = ["ex00_z",\n             "ex01_a", "ex02_b"]\n',
        ),
    ],
)
def test_the_name_is_added_and_comments_and_layout_survive(tmp_path: Path, before: str, after: str) -> None:
    head, rest = "# mine\nformat = 1\n", "\n[limits]\nsteps = 5 # few\n"

    assert added(tmp_path, head + before + rest) == head + after + rest


def test_only_the_diagnoses_that_are_missing_are_added_behind_all(tmp_path: Path) -> None:
    text = 'exercises = ["ex01_a"]\n\n[diagnoses.lost]\nhelp = "my own"\n'

    changed = added(tmp_path, text, DIAGNOSES)

    assert tomllib.loads(changed)["diagnoses"] == {"lost": {"help": "my own"}, "late": {"help": "a"}}
    assert changed.endswith('help = "my own"\n\n[diagnoses.late]\nhelp = "a"\n')


def test_a_diagnosis_is_a_table_without_the_comment_before_the_first() -> None:
    assert blocks_of(DIAGNOSES) == [
        ("late", '[diagnoses.late]\nhelp = "a"'),
        ("lost", '[diagnoses.lost]\nhelp = "b"'),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '"exercises" = ["ex01_a"]\n',
        'exercises = ["ex01_a", ["ex09"]]\n',
        'exercises = "ex01_a"\n',
        '[limits]\nexercises = ["ex01_a"]\n',
        'title = """\nexercises = ["x"]\n"""\nexercises = ["ex01_a"]\n',
        'exercises = ["ex01_a"]\ndiagnoses = { late = { help = "a" } }\n',
    ],
)
def test_a_text_that_cannot_be_added_to_is_refused_with_what_to_write(tmp_path: Path, text: str) -> None:
    with pytest.raises(KitError, match="does not see where to add the exercise") as refused:
        added(tmp_path, text, DIAGNOSES)

    assert 'Add "ex02_b" to the list `exercises`' in refused.value.hint


def test_what_is_not_toml_is_an_error_with_the_path(tmp_path: Path) -> None:
    path = tmp_path / "kit.toml"
    path.write_text("exercises = [")

    with pytest.raises(KitError, match=r"kit\.toml: cannot be read"):
        read(path)
