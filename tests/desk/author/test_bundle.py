"""What of a kit a bundle gets, file by file, and that the same files always make the same zip."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from grader.desk.author.bundle import kit_files, left_out, lesson_files, reference_files, write_folder, zipped
from grader.errors import KitError
from grader.kit.kit import load_kit
from tests.release_samples import LEFT_OUT, OF_EXERCISE, make_untidy_kit

LESSONS = {
    *("ex01_double/README.md", "ex01_double/double.py", "ex01_double/figures/lanes.svg"),
    *("ex02_wait/README.md", "ex02_wait/wait.py"),
}


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    return make_untidy_kit(tmp_path / "kit")


def test_a_kit_is_its_exercises_with_what_belongs_to_each_and_no_file_more(untidy: Path) -> None:
    expected = {"exercises/kit.toml", "exercises/ex01_double/roots.toml", *(f"exercises/{name}" for name in LESSONS)}
    expected |= {f"exercises/{folder}/{name}" for folder in ("ex01_double", "ex02_wait") for name in OF_EXERCISE}

    assert set(kit_files(load_kit(untidy))) == expected
    assert all((untidy / name).read_bytes() == content for name, content in kit_files(load_kit(untidy)).items())


def test_the_pages_of_its_diagnoses_are_part_of_a_kit(untidy: Path) -> None:
    folder = untidy / "exercises" / "diagnoses"
    folder.mkdir()
    for name in ("wrong-value.md", "draft.md", "notes.txt"):
        (folder / name).write_text("Words.")

    kit = load_kit(untidy)
    assert kit_files(kit)["exercises/diagnoses/wrong-value.md"] == b"Words."
    assert {"exercises/diagnoses/draft.md", "exercises/diagnoses/notes.txt"} <= set(left_out(kit))


def test_pages_behind_a_link_are_refused(untidy: Path) -> None:
    (untidy / "exercises" / "diagnoses").symlink_to(untidy / "solutions")

    with pytest.raises(KitError, match="diagnoses: this is a link"):
        kit_files(load_kit(untidy))


def test_a_learner_begins_with_lessons_their_pictures_and_stubs(untidy: Path) -> None:
    assert set(lesson_files(load_kit(untidy))) == LESSONS


def test_references_are_the_answers_that_bear_the_name_of_the_exercises_file(untidy: Path) -> None:
    assert set(reference_files(load_kit(untidy))) == {"solutions/ex01_double/double.py", "solutions/ex02_wait/wait.py"}


def test_what_is_left_out_is_told_but_for_caches_and_hidden_files(untidy: Path) -> None:
    assert tuple(sorted(left_out(load_kit(untidy)))) == LEFT_OUT


@pytest.mark.parametrize("name", ["README.md", "double.py", "figures/lanes.svg", "roots.toml"])
def test_a_link_is_refused_because_it_may_lead_to_an_answer(untidy: Path, name: str) -> None:
    path = untidy / "exercises" / "ex01_double" / name
    path.unlink()
    path.symlink_to(untidy / "solutions" / "ex01_double" / "double.py")

    with pytest.raises(KitError, match=f"{name}: this is a link"):
        kit_files(load_kit(untidy))


def test_a_folder_that_is_a_link_is_left_out_with_all_that_is_behind_it(untidy: Path) -> None:
    (untidy / "solutions" / "ex01_double" / "answer.png").write_bytes(b"an answer")
    (untidy / "exercises" / "ex01_double" / "more").symlink_to(untidy / "solutions" / "ex01_double")

    assert "exercises/ex01_double/more" in left_out(load_kit(untidy))
    assert [name for name in kit_files(load_kit(untidy)) if "more" in name] == []


def test_the_same_files_make_the_same_zip_in_whatever_order_they_come_and_whenever(untidy: Path) -> None:
    files = kit_files(load_kit(untidy))
    before = zipped(files)
    for path in untidy.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))

    assert zipped(dict(reversed(kit_files(load_kit(untidy)).items()))) == before


def test_a_zip_has_its_names_in_order_and_says_which_files_are_programs() -> None:
    archive = zipfile.ZipFile(io.BytesIO(zipped({"run_autograder": b"", "kit/b.py": b"", "a.py": b""})))

    assert archive.namelist() == ["a.py", "kit/b.py", "run_autograder"]
    assert [oct(entry.external_attr >> 16) for entry in archive.infolist()] == ["0o100644", "0o100644", "0o100755"]
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_folder_has_the_same_files_and_the_same_programs(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"setup.sh": b"#!/bin/sh\n", "kit/a.py": b"a\n"})

    assert (tmp_path / "out" / "kit" / "a.py").read_bytes() == b"a\n"
    assert os.access(tmp_path / "out" / "setup.sh", os.X_OK)
    assert (tmp_path / "out" / "kit" / "a.py").stat().st_mode & 0o111 == 0
