"""What stands in the first lines of answers is read whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.kitanswers import claim_of, expectations, names_test


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (
            "test_a, test_b (serial), test_c (deadlock)",
            [("test_a", "serial"), ("test_b", "serial"), ("test_c", "deadlock")],
        ),
        (
            "test_a[1-x y], test_b (serial), test_c[f(2), 3] (late)",
            [("test_a[1-x y]", "serial"), ("test_b", "serial"), ("test_c[f(2), 3]", "late")],
        ),
    ],
)
def test_tests_and_diagnoses_are_read_from_the_first_line(
    tmp_path: Path, named: str, expected: list[tuple[str, str]]
) -> None:
    (tmp_path / "wrong.py").write_text(f"# fails: {named}\n")

    assert list(expectations(named)) == expected
    assert list(claim_of(tmp_path / "wrong.py").expected) == expected


@pytest.mark.parametrize(
    "line", ["", "# fails: test_a", "# fails: test_a[1 (serial)", "# fails: test_a (serial), test_b"]
)
def test_a_first_line_that_cannot_be_read_whole_expects_nothing(tmp_path: Path, line: str) -> None:
    (tmp_path / "wrong.py").write_text(f"{line}\n")

    assert claim_of(tmp_path / "wrong.py").expected == ()


def test_a_test_without_its_parameters_means_all_of_them() -> None:
    assert names_test("test_a", "test_a")
    assert names_test("test_a", "test_a[1]")
    assert names_test("test_a[1]", "test_a[1]")
    assert not names_test("test_a[1]", "test_a[2]")
    assert not names_test("test_a", "test_ab")
