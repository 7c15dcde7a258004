"""What docs/class.md shows of ``class.toml`` is what is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.classroom.rules import read_rules

DOCS = Path(__file__).parents[2] / "docs" / "class.md"


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL))
def test_every_file_that_the_documentation_shows_is_read(block: str, tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text(block, encoding="utf-8")

    read_rules(path, [f"ex{number:02}" for number in range(1, 13)])


def test_groups_and_files_are_read_as_the_documentation_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[0], encoding="utf-8")

    rules = read_rules(path, ["ex01", "ex02"])

    assert [group.name for group in rules.groups] == ["Group A"]
    assert {file: (said.learner, said.exercise) for file, said in rules.files.items()} == {
        "prince_906_70006_final.py": ("", "ex01"),
        "lost/join.py": ("ada", "ex01"),
    }
