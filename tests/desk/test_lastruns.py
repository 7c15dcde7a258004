"""The last run of a file that was graded with --file: where it is kept, for which file it counts, and for how long."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.desk.lastruns import KEEP, LastRuns, has_changed, state_folder
from grader.desk.workspace import Workspace
from tests.samples import mixed, perfect


def test_the_last_run_of_a_file_replaces_the_one_before(tmp_path: Path) -> None:
    runs, path = LastRuns(tmp_path), tmp_path / "join.py"
    runs.keep(path, mixed())
    runs.keep(path, perfect())

    assert runs.of(path, "ex01") == perfect()
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_each_file_and_each_exercise_has_a_run_of_its_own(tmp_path: Path) -> None:
    runs, path = LastRuns(tmp_path), tmp_path / "join.py"
    runs.keep(path, mixed())
    runs.keep(path, replace(perfect(), exercise="ex02"))

    assert runs.of(path, "ex01") == mixed()
    assert runs.of(path, "ex02") == replace(perfect(), exercise="ex02")
    assert runs.of(tmp_path / "other.py", "ex01") is None


def test_a_file_is_the_same_by_whichever_path_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = LastRuns(tmp_path)
    runs.keep(tmp_path / "join.py", mixed())
    monkeypatch.chdir(tmp_path)

    assert runs.of(Path("x/../join.py"), "ex01") == mixed()


def test_the_oldest_are_dropped(tmp_path: Path) -> None:
    runs = LastRuns(tmp_path)
    for number in range(KEEP + 2):
        runs.keep(tmp_path / f"{number}.py", mixed())
        newest = max((tmp_path / "files").iterdir(), key=lambda run: run.stat().st_mtime_ns)
        os.utime(newest, ns=(number, number))
    runs.keep(tmp_path / "last.py", mixed())

    assert len(list((tmp_path / "files").iterdir())) == KEEP
    assert runs.of(tmp_path / "last.py", "ex01") is not None
    assert runs.of(tmp_path / "0.py", "ex01") is None


@pytest.mark.parametrize("damage", ["", "{}", "[" * 100_000, "\0"])
def test_a_damaged_run_is_as_if_it_had_not_been(tmp_path: Path, damage: str) -> None:
    runs = LastRuns(tmp_path)
    runs.keep(tmp_path / "join.py", mixed())
    (kept,) = (tmp_path / "files").iterdir()
    kept.write_text(damage)

    assert runs.of(tmp_path / "join.py", "ex01") is None


def test_where_nothing_can_be_kept_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    for runs in (LastRuns(tmp_path), LastRuns(None)):
        runs.keep(tmp_path / "join.py", mixed())

        assert runs.of(tmp_path / "join.py", "ex01") is None


def test_they_lie_in_the_workspace_else_in_the_cache_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    workspace = Workspace(root=tmp_path, kit_root=tmp_path)

    assert state_folder(workspace) == tmp_path / ".gradekit"
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert state_folder(None) == Path("/var/cache/awaitlings")
    for useless in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", useless)
        assert state_folder(None) == Path("/home/ada/.cache/awaitlings")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert state_folder(None) == Path("/home/ada/.cache/awaitlings")


def test_a_kept_run_is_for_the_user_alone(tmp_path: Path) -> None:
    LastRuns(tmp_path / "cache").keep(tmp_path / "join.py", mixed())

    assert (tmp_path / "cache" / "files").stat().st_mode & 0o77 == 0


def test_a_file_that_was_edited_or_removed_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "join.py"
    path.write_text("x = 1\n")
    run = replace(mixed(), digest="d8b3ad9dd0ad91c09ab8e4e3a9e5ecd4c4b7e14e0d0b7d0e2a0c2f3d4e5f6a7b")

    assert has_changed(path, run)
    path.unlink()
    assert has_changed(path, run)
    assert not has_changed(path, replace(run, digest="")), "it could not be read then"
