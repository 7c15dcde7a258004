"""Beginning an exercise again, or a part of it, without losing anything."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grader.desk import reset
from grader.desk.reset import MAX_COMPARED, apply, difference, partial_reset, undo_command, whole_reset
from grader.desk.workspace import Workspace, create_workspace, find_workspace
from grader.errors import UsageError, WorkspaceError
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root, load_kit

MINE = "# my work\n"


@pytest.fixture
def kit(tiny: Path) -> Kit:
    return load_kit(tiny)


@pytest.fixture
def mine(tmp_path: Path, kit: Kit) -> Workspace:
    create_workspace(tmp_path / "mine", kit)
    found = find_workspace(tmp_path / "mine")
    assert found is not None
    return found


def put_back(workspace: Workspace, exercise: Exercise) -> Path | None:
    return apply(workspace, whole_reset(workspace, exercise))


# ---- the whole stub --------------------------------------------------------------------------------------------------


def test_the_stub_comes_back_and_every_earlier_file_is_kept(mine: Workspace, kit: Kit) -> None:
    exercise = kit.exercises[0]
    copies = []
    for text in ("first", "second"):
        mine.file_of(exercise).write_text(text)
        copies.append(put_back(mine, exercise))

    assert mine.file_of(exercise).read_text() == exercise.stub.read_text()
    assert [copy.read_text() for copy in copies if copy] == ["first", "second"]
    assert all(copy and copy.is_relative_to(mine.root / ".gradekit" / "backups") for copy in copies)


def test_of_a_stub_no_copy_is_kept(mine: Workspace, kit: Kit) -> None:
    assert put_back(mine, kit.exercises[0]) is None
    assert not (mine.root / ".gradekit" / "backups").exists()


def test_a_folder_that_is_gone_comes_back(mine: Workspace, kit: Kit) -> None:
    exercise = kit.exercises[0]
    mine.file_of(exercise).unlink()
    (mine.root / "ex01_double" / "README.md").unlink()
    (mine.root / "ex01_double").rmdir()

    assert put_back(mine, exercise) is None
    assert mine.file_of(exercise).is_file()


@pytest.mark.parametrize("there", [True, False], ids=["a link", "a link to nowhere"])
def test_a_link_is_put_away_and_not_what_it_points_to(mine: Workspace, kit: Kit, there: bool) -> None:
    file = mine.file_of(kit.exercises[0])
    file.unlink()
    target = mine.root / "target.py"
    if there:
        target.write_text(MINE)
    file.symlink_to(target)

    copy = put_back(mine, kit.exercises[0])

    assert copy is not None
    assert copy.is_symlink()
    assert not file.is_symlink()
    assert (target.read_text() == MINE) if there else not target.exists()


def test_on_a_full_disk_the_learners_file_stays_where_it_is(
    mine: Workspace, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    file = mine.file_of(kit.exercises[0])
    file.write_text(MINE)
    plan = whole_reset(mine, kit.exercises[0])
    with monkeypatch.context() as patched:
        patched.setattr(reset.Path, "write_bytes", full)
        with pytest.raises(WorkspaceError, match="No space left"):
            apply(mine, plan)

    assert file.read_text() == MINE
    assert [path.name for path in file.parent.iterdir() if path.suffix == ".tmp"] == []


# ---- one function or class -------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> tuple[Workspace, Exercise]:
    """A workspace of the course, and its exercise with a class and a function in one file."""
    kit = load_kit(builtin_root())
    create_workspace(tmp_path / "course", kit)
    found = find_workspace(tmp_path / "course")
    assert found is not None
    return found, kit.exercise("ex04")


def only(course: tuple[Workspace, Exercise], name: str, text: str) -> str:
    """What the file is after the reset of one name in it."""
    workspace, exercise = course
    workspace.file_of(exercise).write_bytes(text.encode())
    copy = apply(workspace, partial_reset(workspace, exercise, name))
    assert copy is None or copy.read_bytes() == text.encode()
    return workspace.file_of(exercise).read_bytes().decode()


def stub_of(course: tuple[Workspace, Exercise]) -> str:
    return course[1].stub.read_text()


def test_one_function_comes_back_and_the_rest_stays(course: tuple[Workspace, Exercise]) -> None:
    written = stub_of(course).replace('raise NotImplementedError("your turn")', "return await fn()") + "\n\nMINE = 1\n"

    after = only(course, "timeout", written.replace("timed out", "too late"))

    assert after == stub_of(course).replace("timed out", "too late") + "\n\nMINE = 1\n"


def test_a_method_comes_back(course: tuple[Workspace, Exercise]) -> None:
    after = only(course, "Elapsed.__init__", stub_of(course).replace("self.seconds = seconds", "pass"))

    assert after == stub_of(course)


def test_the_decorators_belong_to_a_function(course: tuple[Workspace, Exercise]) -> None:
    after = only(
        course, "timeout", "import functools\n\n\n@functools.cache\nasync def timeout(fn, seconds):\n    pass\n"
    )

    assert "functools.cache" not in after
    assert after.startswith("import functools\n\n\nasync def timeout(fn: Callable")


def test_what_is_gone_comes_back_at_the_end_of_its_class_or_of_the_file(course: tuple[Workspace, Exercise]) -> None:
    no_method = "class Elapsed(TimeoutError):\n    pass\n\n\nMINE = 1"

    assert only(course, "timeout", no_method).startswith(f"{no_method}\n\n\nasync def timeout(")
    assert only(course, "Elapsed.__init__", no_method).startswith(
        "class Elapsed(TimeoutError):\n    pass\n\n    def __init__(self, seconds: float) -> None:\n"
    )
    assert only(course, "Elapsed.__init__", MINE).startswith(f"{MINE}\n\nclass Elapsed(TimeoutError):\n")


def test_the_line_ends_and_the_mark_of_an_editor_on_windows_stay(course: tuple[Workspace, Exercise]) -> None:
    written = "\ufeffMINE = 1\r\n\r\n\r\ndef timeout(fn):\r\n    pass\r\n"
    after = only(course, "timeout", written)

    assert after.startswith("\ufeffMINE = 1\r\n\r\n\r\nasync def timeout(fn: ")
    assert after.count("\n") == after.count("\r\n")


def test_a_name_that_the_stub_does_not_have_comes_with_the_nearest(course: tuple[Workspace, Exercise]) -> None:
    for name, hint in (
        ("timeuot", "Type `grade reset ex04 --only timeout`."),
        ("qqq", "It has `Elapsed` and `timeout`."),
    ):
        with pytest.raises(UsageError, match=f"the stub of ex04 has no `{name}`") as caught:
            partial_reset(*course, name)
        assert caught.value.hint == hint


@pytest.mark.parametrize("text", ["def timeout(:\n", "x = '\0'\n"])
def test_in_a_file_that_is_no_python_nothing_is_put_back(course: tuple[Workspace, Exercise], text: str) -> None:
    with pytest.raises(UsageError, match=r"timeout\.py is no Python") as caught:
        only(course, "timeout", text)
    assert "`grade reset ex04`" in caught.value.hint
    assert course[0].file_of(course[1]).read_text() == text


def test_of_a_missing_file_no_part_is_put_back(course: tuple[Workspace, Exercise]) -> None:
    course[0].file_of(course[1]).unlink()

    with pytest.raises(UsageError, match=r"there is no file timeout\.py"):
        partial_reset(*course, "timeout")


# ---- showing it first ------------------------------------------------------------------------------------------------


def test_the_difference_shows_both_sides_and_nothing_that_acts(mine: Workspace, kit: Kit) -> None:
    exercise = kit.exercises[0]
    mine.file_of(exercise).write_text("mine = '\x1b[2J'\n")
    shown = difference(whole_reset(mine, exercise), "double.py")

    assert shown.startswith("--- double.py  your file\n+++ double.py  after the reset\n")
    assert "-mine = '\\u001b[2J'\n" in shown
    assert "+async def double(n):\n" in shown


def test_a_file_that_is_too_long_is_not_compared(mine: Workspace, kit: Kit) -> None:
    exercise = kit.exercises[0]
    mine.file_of(exercise).write_text("x\n" * MAX_COMPARED)

    assert "too many to show" in difference(whole_reset(mine, exercise), "double.py")


def test_the_command_that_undoes_it_names_both_files_as_a_shell_reads_them() -> None:
    assert undo_command("my backups/a.py", "it's.py").startswith("cp 'my backups/a.py' ")
