"""The way to a folder of exercises from where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from grader.desk.whereto import change_to, last_used, remember, ways_to_a_workspace
from grader.desk.workspace import Workspace, create_workspace, find_workspace
from grader.kit.kit import load_kit


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and an empty folder to be in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "cache" / "awaitlings"


def workspace(root: Path, tiny: Path) -> Workspace:
    create_workspace(root, load_kit(tiny))
    found = find_workspace(root)
    assert found is not None
    return found


def lines(folder: Path) -> list[str]:
    return [way.line for way in ways_to_a_workspace(folder)]


def test_who_has_never_had_a_folder_makes_one(cache: Path) -> None:
    assert lines(Path()) == ["grade init DIR"]


def test_the_folder_used_last_is_named_from_anywhere(cache: Path, tmp_path: Path, tiny: Path) -> None:
    for name in ("first", "second"):
        remember(workspace(tmp_path / name, tiny))

    assert lines(Path()) == [f"cd {tmp_path / 'second'}", "grade init DIR"]


def test_a_folder_right_below_is_nearer(cache: Path, tmp_path: Path, tiny: Path) -> None:
    remember(workspace(tmp_path / "first", tiny))
    workspace(Path("here"), tiny)

    assert lines(Path()) == ["cd here"]
    assert lines(Path("..")) == ["cd ../first"]


@pytest.mark.parametrize("written", [b"", b"relative\n", b"/gone\n", b"\0\n", b"\xff"])
def test_a_folder_that_is_gone_and_a_damaged_note_are_as_if_there_were_none(cache: Path, written: bytes) -> None:
    cache.mkdir(parents=True)
    (cache / "workspace").write_bytes(written)

    assert last_used() is None
    assert lines(Path()) == ["grade init DIR"]


def test_where_nothing_can_be_kept_nothing_is_lost(cache: Path, tmp_path: Path, tiny: Path) -> None:
    cache.parent.write_text("in the way")

    remember(workspace(tmp_path / "first", tiny))

    assert last_used() is None


@pytest.mark.parametrize("name", ["it's $(touch pwned)", "-dash", "a;b&c|d", "日本語 🎉", "new\nline", "*"])
def test_the_command_goes_there_whatever_the_name(cache: Path, tiny: Path, name: str) -> None:
    workspace(Path(name), tiny)
    remember(workspace(Path(name), tiny))

    for command in (lines(Path())[0], change_to(last_used() or Path())):
        done = subprocess.run(f"{command} && cat grade.toml", shell=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert not Path("pwned").exists()
