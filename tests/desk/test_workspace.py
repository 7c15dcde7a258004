"""A learner's folder: what is made in it, what is never lost, and what is remembered."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grader.desk.workspace import (
    KEEP,
    Made,
    Workspace,
    add_attempts,
    best_attempt,
    create_workspace,
    exercise_at,
    find_workspace,
    names_beside,
    read_attempts,
    workspaces_below,
    writing,
)
from grader.errors import WorkspaceError
from grader.kit.kit import Kit, builtin_root, load_kit
from tests import samples
from tests.kit_samples import make_kit

MINE = "# my work\n"


@pytest.fixture
def tiny(tmp_path: Path) -> Kit:
    return load_kit(make_kit(tmp_path / "kit"))


@pytest.fixture
def mine(tmp_path: Path, tiny: Kit) -> Workspace:
    create_workspace(tmp_path / "mine", tiny)
    found = find_workspace(tmp_path / "mine")
    assert found is not None
    return found


# ---- making one ------------------------------------------------------------------------------------------------------


def test_a_new_workspace_has_the_stub_and_the_lesson_of_every_exercise(tmp_path: Path, tiny: Kit) -> None:
    made = create_workspace(tmp_path / "new" / "mine", tiny)

    assert made.written == ("grade.toml", "ex01_double/double.py", "ex02_wait/wait.py")
    for exercise in tiny.exercises:
        folder = tmp_path / "new" / "mine" / exercise.folder.name
        assert sorted(path.name for path in folder.iterdir()) == ["README.md", exercise.file]
        assert (folder / exercise.file).read_text() == exercise.stub.read_text()


def test_making_it_again_changes_nothing(mine: Workspace, tiny: Kit) -> None:
    before = {path: path.read_bytes() for path in mine.root.rglob("*") if path.is_file()}

    made = create_workspace(mine.root, tiny)

    assert made == Made(written=(), kept=("ex01_double/double.py", "ex02_wait/wait.py"))
    assert {path: path.read_bytes() for path in mine.root.rglob("*") if path.is_file()} == before


def test_what_a_learner_has_written_is_kept_and_what_is_gone_comes_back(mine: Workspace, tiny: Kit) -> None:
    double, wait = (mine.file_of(exercise) for exercise in tiny.exercises)
    double.write_text(MINE)
    wait.unlink()

    made = create_workspace(mine.root, tiny)

    assert (made.kept, made.written) == (("ex01_double/double.py",), ("ex02_wait/wait.py",))
    assert double.read_text() == MINE


def test_a_dangling_link_in_place_of_the_file_is_the_learners_too(mine: Workspace, tiny: Kit) -> None:
    double = mine.file_of(tiny.exercises[0])
    double.unlink()
    double.symlink_to("elsewhere.py")

    create_workspace(mine.root, tiny)

    assert double.is_symlink()
    assert not (double.parent / "elsewhere.py").exists()


def newer(tiny: Kit, **changes: str) -> None:
    """Another version of files of the first exercise, whose names are their stems."""
    for stem, text in changes.items():
        (path,) = tiny.exercises[0].folder.glob(f"{stem}.*")
        path.write_text(text)


def test_a_newer_lesson_takes_the_place_of_one_that_nobody_edited(mine: Workspace, tiny: Kit) -> None:
    newer(tiny, README="# newer\n")

    made = create_workspace(mine.root, tiny)

    assert (made.changed, made.saved) == (("ex01_double/README.md",), ())
    assert (mine.root / "ex01_double" / "README.md").read_text() == "# newer\n"
    assert create_workspace(mine.root, tiny).changed == ()


def test_notes_in_a_lesson_stay_until_the_lesson_is_newer_and_are_kept_as_a_copy_then(
    mine: Workspace, tiny: Kit
) -> None:
    lesson = mine.root / "ex01_double" / "README.md"
    lesson.write_text("my notes")

    assert create_workspace(mine.root, tiny).saved == ()
    assert lesson.read_text() == "my notes"

    newer(tiny, README="# newer\n")
    made = create_workspace(mine.root, tiny)

    assert made.saved == (("ex01_double/README.md", ".gradekit/backups/ex01_double/README.1.md"),)
    assert (mine.root / made.saved[0][1]).read_text() == "my notes"
    assert lesson.read_text() == "# newer\n"


@pytest.mark.parametrize("damage", [None, b"{", b"[]", b'{"files": [], "tests": {"ex01": 3}}', b"\xff"])
def test_without_knowing_who_has_changed_a_lesson_a_copy_is_kept(
    mine: Workspace, tiny: Kit, damage: bytes | None
) -> None:
    lesson, delivered = mine.root / "ex01_double" / "README.md", mine.root / ".gradekit" / "delivered.json"
    lesson.write_text("my notes")
    delivered.unlink()
    if damage is not None:
        delivered.write_bytes(damage)

    made = create_workspace(mine.root, tiny)

    assert [(mine.root / copy).read_text() for _, copy in made.saved] == ["my notes"]


def test_a_stub_that_was_not_begun_is_replaced_by_a_newer_one(mine: Workspace, tiny: Kit) -> None:
    newer(tiny, double="async def double(n): ...\n")

    made = create_workspace(mine.root, tiny)

    assert (made.changed, made.newer_stubs) == (("ex01_double/double.py",), ())
    assert mine.file_of(tiny.exercises[0]).read_text() == "async def double(n): ...\n"


def test_a_stub_that_was_begun_stays_and_the_newer_one_is_named_once(mine: Workspace, tiny: Kit) -> None:
    mine.file_of(tiny.exercises[0]).write_text(MINE)
    newer(tiny, double="async def double(n): ...\n")

    first, again = (create_workspace(mine.root, tiny) for _ in range(2))

    assert (first.newer_stubs, again.newer_stubs) == (("ex01",), ())
    assert mine.file_of(tiny.exercises[0]).read_text() == MINE


@pytest.fixture
def illustrated(tiny: Kit) -> Path:
    """The folder of an exercise whose lesson shows a picture."""
    folder = tiny.exercises[0].folder
    (folder / "figures").mkdir()
    (folder / "figures" / "waits.svg").write_text("<svg/>")
    (folder / "figures" / "not-shown.svg").write_text("<svg/>")
    (folder / "README.md").write_text("![It waits.](figures/waits.svg)\n")
    return folder


def test_the_pictures_that_a_lesson_shows_come_along(tmp_path: Path, tiny: Kit, illustrated: Path) -> None:
    create_workspace(tmp_path / "mine", tiny)

    here = tmp_path / "mine" / illustrated.name
    assert [path.name for path in (here / "figures").iterdir()] == ["waits.svg"]
    assert (here / "figures" / "waits.svg").read_text() == "<svg/>"
    assert names_beside(here / "double.py") == ()


def test_a_picture_is_brought_up_to_date_and_one_that_was_changed_is_kept_as_a_copy(
    tmp_path: Path, tiny: Kit, illustrated: Path
) -> None:
    create_workspace(tmp_path / "mine", tiny)
    picture = tmp_path / "mine" / illustrated.name / "figures" / "waits.svg"
    picture.write_text("mine")
    (illustrated / "figures" / "waits.svg").write_text("<svg>newer</svg>")

    made = create_workspace(tmp_path / "mine", tiny)

    copy = ".gradekit/backups/ex01_double/figures/waits.1.svg"
    assert made.saved == (("ex01_double/figures/waits.svg", copy),)
    assert (tmp_path / "mine" / copy).read_text() == "mine"
    assert picture.read_text() == "<svg>newer</svg>"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, tiny: Kit) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(WorkspaceError, match=f"file/mine: {os.strerror(errno.ENOTDIR)}") as caught:
        create_workspace(tmp_path / "file" / "mine", tiny)
    assert caught.value.hint == "Choose a folder that you may write to."


def test_a_workspace_of_another_kit_is_left_alone(tmp_path: Path, mine: Workspace) -> None:
    other = load_kit(make_kit(tmp_path / "other"))

    with pytest.raises(WorkspaceError, match="belongs to the kit in"):
        create_workspace(mine.root, other)


@pytest.mark.parametrize(
    ("number", "named", "hint"),
    [
        (errno.ENOSPC, None, "Free some space, and type it again."),
        (errno.ENOSPC, "/mine/.double.py.1.tmp", "Free some space, and type it again."),
        (errno.EROFS, "/mine/.double.py.1.tmp", "Choose a folder that you may write to."),
    ],
)
def test_what_cannot_be_written_is_named_and_not_a_temporary_file(number: int, named: str | None, hint: str) -> None:
    with (
        pytest.raises(WorkspaceError, match=f"^/mine/double.py: {os.strerror(number)}$") as caught,
        writing(Path("/mine/double.py")),
    ):
        raise OSError(number, os.strerror(number), named)
    assert caught.value.hint == hint


# ---- finding it ------------------------------------------------------------------------------------------------------


def test_it_is_found_from_everywhere_below(mine: Workspace) -> None:
    deep = mine.root / "ex01_double" / "a" / "b"
    deep.mkdir(parents=True)

    assert find_workspace(deep) == mine


def test_there_is_none_elsewhere(tmp_path: Path, mine: Workspace) -> None:
    assert find_workspace(tmp_path) is None


def test_it_is_seen_from_right_above(tmp_path: Path, mine: Workspace) -> None:
    assert workspaces_below(tmp_path) == ["mine"]
    assert workspaces_below(tmp_path / "nowhere") == []


def test_it_knows_its_kit_by_a_path_that_survives_moving_both(tmp_path: Path, mine: Workspace) -> None:
    there = tmp_path / "moved"
    there.mkdir()
    for name in ("kit", "mine"):
        (tmp_path / name).rename(there / name)
    found = find_workspace(there / "mine")

    assert found is not None
    assert found.kit_root.resolve() == there / "kit"


def test_the_kit_that_comes_with_the_grader_has_no_path(tmp_path: Path) -> None:
    create_workspace(tmp_path, load_kit(builtin_root()))
    found = find_workspace(tmp_path)

    assert (tmp_path / "grade.toml").read_text().endswith('kit = "built-in"\n')
    assert found is not None
    assert found.kit_root == builtin_root()


@pytest.mark.parametrize("text", [b"kit = ", b"kit = 3", b"\xff", b"kit = []"])
def test_a_damaged_marker_is_named_with_what_to_write(mine: Workspace, text: bytes) -> None:
    (mine.root / "grade.toml").write_bytes(text)

    with pytest.raises(WorkspaceError, match=r"grade\.toml: ") as caught:
        find_workspace(mine.root)
    assert 'kit = "built-in"' in caught.value.hint


def test_the_exercise_here_is_the_one_whose_folder_this_is(tmp_path: Path, mine: Workspace, tiny: Kit) -> None:
    below = mine.root / "ex02_wait" / "notes"
    below.mkdir()

    assert exercise_at(mine, tiny, below) is tiny.exercises[1]
    assert exercise_at(mine, tiny, mine.root) is None
    assert exercise_at(mine, tiny, tmp_path) is None


def test_what_else_lies_about_is_told_but_not_what_belongs_there(mine: Workspace, tiny: Kit) -> None:
    file = mine.file_of(tiny.exercises[0])
    for name in ("helper.py", "a.txt", ".hidden"):
        (file.parent / name).write_text("")
    (file.parent / "__pycache__").mkdir()

    assert names_beside(file) == ("a.txt", "helper.py")
    assert names_beside(mine.root / "nowhere" / "x.py") == ()


# ---- attempts --------------------------------------------------------------------------------------------------------


def verdicts(number: int) -> list[samples.Verdict]:
    return [samples.verdict(samples.case(1, "one", 100), digest=str(each)) for each in range(number)]


def test_attempts_come_back_in_their_order(mine: Workspace, tiny: Kit) -> None:
    first, second = verdicts(2)
    add_attempts(mine, [first])
    add_attempts(mine, [second])

    assert read_attempts(mine, tiny.exercises[0]) == [first, second]
    assert read_attempts(mine, tiny.exercises[1]) == []


def test_only_the_latest_attempts_are_kept(mine: Workspace, tiny: Kit) -> None:
    add_attempts(mine, verdicts(KEEP + 3))

    digests = [verdict.digest for verdict in read_attempts(mine, tiny.exercises[0])]
    assert digests == [str(number) for number in range(3, KEEP + 3)]


@pytest.mark.parametrize("line", ["{", "{}", "[" * 100_000, "null", '{"format": 1}'])
def test_a_damaged_attempt_is_named_by_file_and_line(mine: Workspace, tiny: Kit, line: str) -> None:
    add_attempts(mine, verdicts(1))
    path = mine.root / ".gradekit" / "attempts" / "ex01.jsonl"
    path.write_text(path.read_text() + "\n" + line + "\n")

    with pytest.raises(WorkspaceError, match=r"ex01\.jsonl:3: this attempt cannot be read") as caught:
        read_attempts(mine, tiny.exercises[0])
    assert caught.value.hint.startswith("Delete that line")


def test_an_attempts_file_that_is_no_text_is_named(mine: Workspace, tiny: Kit) -> None:
    add_attempts(mine, verdicts(1))
    path = mine.root / ".gradekit" / "attempts" / "ex01.jsonl"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(WorkspaceError, match=r"ex01\.jsonl: this file cannot be read"):
        read_attempts(mine, tiny.exercises[0])


def test_an_attempt_that_cannot_be_stored_is_an_error_of_the_workspace(mine: Workspace) -> None:
    (mine.root / ".gradekit" / "attempts").write_text("in the way")

    with pytest.raises(WorkspaceError, match="this file cannot be read"):
        add_attempts(mine, verdicts(1))


def test_nothing_is_left_beside_the_attempts(mine: Workspace) -> None:
    add_attempts(mine, verdicts(2))

    assert [path.name for path in (mine.root / ".gradekit" / "attempts").iterdir()] == ["ex01.jsonl"]


def test_the_best_attempt_is_the_latest_with_the_most_points() -> None:
    poor = samples.mixed()
    first, second = verdicts(2)
    partial = samples.verdict(samples.case(1, "one", 100), complete_run=False, digest="partial")

    assert best_attempt([first, poor, second, poor, partial]) is second
    assert best_attempt([partial, samples.unjudgeable()]) is None
