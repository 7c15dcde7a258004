"""What docs/class.md shows of ``class.toml`` is what is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.classroom.rules import ClassRules, read_rules
from grader.kit.kit import builtin_root, load_kit

DOCS = Path(__file__).parents[2] / "docs" / "class.md"


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL))
def test_every_file_that_the_documentation_shows_is_read(block: str, tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text(block, encoding="utf-8")

    assert rules_of(path)


def test_groups_and_files_are_read_as_the_documentation_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[0], encoding="utf-8")

    rules = rules_of(path)

    assert [group.name for group in rules.groups] == ["Group A"]
    assert {file: (said.learner, said.exercise) for file, said in rules.files.items()} == {
        "prince_906_70006_final.py": ("", "ex01"),
        "lost/join.py": ("ada", "ex01"),
    }


def rules_of(path: Path) -> ClassRules:
    """The file as it is read for the course that comes with the grader."""
    kit = load_kit(builtin_root())
    return read_rules(path, [exercise.id for exercise in kit.exercises], kit.diagnoses)
