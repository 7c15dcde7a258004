"""Paths that a learner types in place of an exercise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.desk.meant import exercise_meant, may_mean_exercise
from grader.desk.workspace import Workspace, create_workspace, find_workspace
from grader.errors import UsageError
from grader.kit.kit import Kit, load_kit


@pytest.fixture
def kit(tiny: Path) -> Kit:
    return load_kit(tiny)


@pytest.fixture
def mine(tmp_path: Path, kit: Kit) -> Workspace:
    create_workspace(tmp_path / "my work", kit)
    found = find_workspace(tmp_path / "my work")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "word",
    [
        "ex01_double/double.py", "./ex01_double/double.py", "ex01_double", "ex01_double/", "ex01_double/README.md",
        "ex01_double\\double.py", "double.py",
    ],
)  # fmt: skip
def test_the_path_of_what_belongs_to_an_exercise_means_it(mine: Workspace, kit: Kit, word: str) -> None:
    assert may_mean_exercise(kit, word)
    assert exercise_meant(kit, mine, mine.root, word).id == "ex01"
    assert exercise_meant(kit, mine, mine.root / "ex02_wait", word).id == "ex01"


def test_a_path_is_seen_from_the_folder_where_it_is_typed(mine: Workspace, kit: Kit) -> None:
    here = mine.root / "ex02_wait"

    assert [exercise_meant(kit, mine, here, word).id for word in (".", "wait.py", "../ex01_double", str(here))] == [
        "ex02", "ex02", "ex01", "ex02",
    ]  # fmt: skip


def test_another_file_is_not_taken_for_the_learners_own(mine: Workspace, kit: Kit) -> None:
    shutil.copyfile(mine.root / "ex01_double" / "double.py", mine.root / "ex01_double" / "second try.py")

    with pytest.raises(UsageError, match="is not your file of ex01") as caught:
        exercise_meant(kit, mine, mine.root, "ex01_double/second try.py")
    assert caught.value.hint == "Type `grade ex01 --file 'ex01_double/second try.py'`."


def test_a_file_outside_of_every_folder_of_exercises_needs_file(tmp_path: Path, kit: Kit) -> None:
    (tmp_path / "ex02_wait").mkdir()
    (tmp_path / "ex02_wait" / "wait.py").write_text("")

    with pytest.raises(UsageError, match="is in no folder of exercises") as caught:
        exercise_meant(kit, None, tmp_path, "ex02_wait/wait.py")
    assert caught.value.hint == "Type `grade ex02 --file ex02_wait/wait.py`."


def test_a_file_that_is_not_there_is_not_replaced_by_the_learners_own(mine: Workspace, kit: Kit) -> None:
    with pytest.raises(UsageError, match=r"there is no file ex01_double/duoble\.py") as caught:
        exercise_meant(kit, mine, mine.root, "ex01_double/duoble.py")
    assert caught.value.hint == "Your own is checked by `grade ex01`."


def test_a_folder_without_an_exercise_means_none(mine: Workspace, kit: Kit) -> None:
    with pytest.raises(UsageError, match=r"no exercise is called \."):
        exercise_meant(kit, mine, mine.root, ".")
