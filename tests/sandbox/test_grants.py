"""A box can read the interpreter and the files that it needs, and no other files of this computer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from grader.sandbox import grants
from grader.sandbox.enclosure import PACKAGE
from grader.sandbox.grants import Opening, openings, trees


def test_the_kit_of_an_installed_grader_is_hidden_and_everything_round_it_is_not(tmp_path: Path) -> None:
    for name in ("anyio/__init__.py", "grader/cell.py", "grader/_kit/exercises/kit.toml", "grader/box/fence.py"):
        path = tmp_path / "lib/site-packages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    site = tmp_path / "lib/site-packages"

    readable, listable = grants._split((str(tmp_path / "lib"), "/usr/share"), site / "grader/_kit")

    assert set(readable) == {str(site / "anyio"), str(site / "grader/cell.py"), str(site / "grader/box"), "/usr/share"}
    assert listable == [str(tmp_path / "lib"), str(site), str(site / "grader")]
    assert grants._split(("/usr/share",), None) == (["/usr/share"], [])


def test_no_folder_of_ours_is_shown_but_the_interpreters() -> None:
    home, checkout = Path.home(), PACKAGE.parent
    for tree in trees():
        assert not home.is_relative_to(tree)
        assert not (checkout / "exercises").is_relative_to(tree) or (checkout.name == "site-packages")


def test_every_line_of_the_table_says_why_it_is_there() -> None:
    assert [each.path for each in openings() if not each.why] == []
    assert [path for path, count in Counter(each.path for each in grants._FIXED).items() if count > 1] == []


def test_what_may_be_read_at_level_2_is_what_level_3_mounts() -> None:
    granted = [grant for grant in grants.grants(hidden=None) if grant["access"] == "read"]

    assert {grant["path"] for grant in granted} - set(grants.mounted()) == {"/proc/self/task", "/proc"}
    assert set(grants.mounted()) <= {grant["path"] for grant in granted}


def test_a_line_added_to_the_table_is_granted_and_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "_FIXED", (*grants._FIXED, Opening("/etc/motd", "a test", need="loopback")))

    assert {"path": "/etc/motd", "access": "read", "need": "loopback"} in grants.grants(hidden=None)
    assert "/etc/motd" in grants.mounted()


def test_only_an_exercise_with_processes_may_run_a_program() -> None:
    assert {grant["need"] for grant in grants.grants(hidden=None) if grant["access"] == "run"} == {"processes"}
