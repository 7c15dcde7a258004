"""What is told of files that are saved, however an editor saves them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.desk.watching import Watching


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "watched"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "one.py").write_text("1")
    (folder / "below" / "two.py").write_text("2")
    return folder


def in_place(path: Path) -> None:
    path.write_text("saved")


def by_a_new_file(path: Path) -> None:
    (path.parent / "4913").write_text("saved")
    path.rename(path.with_name("one.py~"))
    (path.parent / "4913").rename(path)
    path.with_name("one.py~").unlink()


def by_taking_it_away(path: Path) -> None:
    path.unlink()


SAVES = [in_place, by_a_new_file, by_taking_it_away]


@pytest.mark.parametrize("save", SAVES)
def test_a_file_is_told_of_once_however_it_is_saved(folder: Path, save: Callable[[Path], None]) -> None:
    changes = Watching(folder).changes()
    save(folder / "below" / "one.py")

    assert next(changes) == {folder / "below" / "one.py"}


def test_what_is_saved_while_the_caller_is_busy_is_told_of_afterwards(folder: Path) -> None:
    changes = Watching(folder).changes()
    in_place(folder / "below" / "one.py")
    next(changes)

    in_place(folder / "below" / "two.py")
    (folder / "below" / "three.py").write_text("3")

    assert next(changes) == {folder / "below" / "two.py", folder / "below" / "three.py"}


def test_a_file_that_is_saved_as_it_was_is_not_told_of(folder: Path) -> None:
    changes = Watching(folder).changes()
    (folder / "below" / "one.py").write_text("1")
    (folder / "below" / "two.py").write_text("other")

    assert next(changes) == {folder / "below" / "two.py"}


def test_a_folder_that_is_made_later_is_looked_into(folder: Path) -> None:
    later = folder.parent / "later"
    changes = Watching(folder, later).changes()
    later.mkdir()
    (later / "new.py").write_text("new")

    assert next(changes) == {later / "new.py"}
