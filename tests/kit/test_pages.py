"""Pages of diagnoses: which diagnosis has one, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kit.kit import builtin_root, load_kit, read_kit
from grader.kit.pages import borrowed_in
from tests.kit_samples import make_kit

PICTURE = "![Words](../ex01_double/figures/it.svg)\n\n```text figure=ex01/it\n```\n"


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    kit = make_kit(tmp_path / "kit")
    (kit / "exercises" / "diagnoses").mkdir()
    return kit


def page(kit: Path, name: str, text: str = "Words.\n") -> Path:
    path = kit / "exercises" / "diagnoses" / name
    path.write_text(text)
    return path


def faults(kit: Path) -> list[str]:
    return [str(fault).removeprefix(str(kit)) for fault in read_kit(kit).faults]


def test_a_diagnosis_has_the_page_of_the_kit_else_the_built_in_one(kit: Path) -> None:
    own = page(kit, "wrong-value.md")
    read = load_kit(kit)
    built_in = builtin_root() / "exercises" / "diagnoses" / "deadlock.md"

    assert (read.page_of("wrong-value"), read.page_of("deadlock"), read.page_of("limit")) == (own, built_in, None)
    assert read.page_of("lost-error") is None, "a diagnosis of another kit"
    mine = page(kit, "deadlock.md")
    assert load_kit(kit).page_of("deadlock") == mine


def test_a_page_of_no_diagnosis_is_reported_and_does_no_harm(kit: Path) -> None:
    page(kit, "nothing-such.md")
    page(kit, "notes.txt")
    page(kit, "wrong-value.md")

    load_kit(kit)
    assert faults(kit) == [
        "/exercises/diagnoses/notes.txt:1: this is the page of no diagnosis",
        "/exercises/diagnoses/nothing-such.md:1: this is the page of no diagnosis",
    ]


def test_a_picture_that_no_exercise_declares_is_reported(kit: Path) -> None:
    page(kit, "wrong-value.md", "Words.\n\n" + PICTURE)

    assert faults(kit) == [
        "/exercises/diagnoses/wrong-value.md:3: ex01 declares no figure 'it'",
        "/exercises/diagnoses/wrong-value.md:5: ex01 declares no figure 'it'",
    ]


def test_a_page_borrows_pictures_as_they_are_and_in_letters(kit: Path) -> None:
    path = page(kit, "wrong-value.md", PICTURE)

    assert [(one.exercise, one.name, one.line) for one in borrowed_in(path)] == [("ex01", "it", 1), ("ex01", "it", 3)]


def test_the_pages_of_the_course_are_without_faults() -> None:
    assert [str(fault) for fault in read_kit(builtin_root()).faults if "diagnoses" in str(fault.path)] == []
