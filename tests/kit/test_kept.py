"""Kits that are kept as they were read: when one is used again, and when it is read anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.errors import KitError
from grader.kit import kept
from grader.kit.kit import Kit, load_kit
from tests.kit_samples import change, make_small_kit


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "awaitlings" / "kits"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_small_kit(tmp_path / "kit")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The kits that are read from their files."""
    roots: list[Path] = []

    def note(root: Path) -> Kit:
        roots.append(root)
        return load_kit(root)

    monkeypatch.setattr(kept, "load_kit", note)
    return roots


def test_the_second_time_it_is_the_same_kit_and_is_not_read(root: Path, read: list[Path]) -> None:
    first, second = kept.load(root), kept.load(root)

    assert first == second == load_kit(root)
    assert read == [root]


@pytest.mark.parametrize("file", ["exercises/ex01_double/test_hidden.py", "exercises/kit.toml"])
def test_after_a_change_it_is_read_again(root: Path, read: list[Path], file: str) -> None:
    kept.load(root)
    with (root / file).open("a") as stream:
        stream.write("# changed\n")

    assert kept.load(root) == load_kit(root)
    assert len(read) == 2


def test_without_its_answers_it_is_another_kit(root: Path, read: list[Path]) -> None:
    assert kept.load(root).exercises[0].reference is not None
    shutil.rmtree(root / "solutions")

    assert kept.load(root).exercises[0].reference is None


def test_a_copy_of_it_elsewhere_is_read_for_itself(root: Path, tmp_path: Path) -> None:
    kept.load(root)
    shutil.copytree(root, tmp_path / "copy")

    assert kept.load(tmp_path / "copy").root == tmp_path / "copy"


@pytest.mark.parametrize("damage", [b"", b"no kit", b"\x80\x04N."])
def test_what_is_damaged_is_read_again(root: Path, cache: Path, read: list[Path], damage: bytes) -> None:
    kept.load(root)
    (place,) = cache.iterdir()
    place.write_bytes(damage)

    assert kept.load(root) == load_kit(root)
    assert len(read) == 2
    assert kept.load(root) == load_kit(root)
    assert len(read) == 2


def test_what_somebody_else_may_have_written_is_not_used(root: Path, cache: Path, read: list[Path]) -> None:
    kept.load(root)
    (place,) = cache.iterdir()
    assert [path.stat().st_mode & 0o777 for path in (place, cache, cache.parent)] == [0o600, 0o700, 0o700]
    place.chmod(0o620)
    kept.load(root)

    assert len(read) == 2


def test_a_fault_of_a_kit_is_said_every_time(root: Path, cache: Path) -> None:
    change(root / "exercises/ex01_double/test_hidden.py", "points=60", "points=61")
    for _ in range(2):
        with pytest.raises(KitError, match="add up to 101"):
            kept.load(root)

    assert not cache.exists()


def test_a_folder_that_is_no_kit_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="this is not a kit"):
        kept.load(tmp_path)


def test_where_nothing_can_be_kept_it_is_read_every_time(root: Path, cache: Path, read: list[Path]) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file in its place")

    assert kept.load(root) == kept.load(root)
    assert len(read) == 2


def test_of_many_kits_those_used_last_are_kept(root: Path, cache: Path, read: list[Path]) -> None:
    kept.load(root)
    (first,) = cache.iterdir()
    for number in range(kept.KEPT):
        (cache / f"other{number}").write_bytes(b"")
        os.utime(cache / f"other{number}", ns=(number, number))
    change(root / "exercises/kit.toml", "Tiny", "Tinier")
    kept.load(root)

    assert first.exists()
    assert len(list(cache.iterdir())) == kept.KEPT
    assert not (cache / "other0").exists()
