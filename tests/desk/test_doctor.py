"""What `grade doctor` tests, and what of it may be pasted into a question."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from grader.desk import doctor
from grader.desk.doctor import TESTED_PYTHONS, Check, bundle, examine, masked, to_show
from grader.desk.learner import Desk
from tests.kit_samples import change, make_small_kit

HOME = {"HOME": "/home/jane.doe", "USER": "jane.doe"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/jane.doe/course", "~/course"),
        ("/home/jane.doe", "~"),
        ("/home/jane.doe2/course", "/home/USER/course"),
        ("/mnt/c/Users/Jane Doe/x", "/mnt/c/Users/USER/x"),
        ("C:\\Users\\jane\\x", "C:\\Users\\USER\\x"),
        ("/tmp/pytest-of-jane.doe/x", "/tmp/pytest-of-USER/x"),
        ("owner JANE.DOE.", "owner USER."),
        ("janexdoe", "janexdoe"),
    ],
)
def test_the_home_and_the_name_of_the_user_are_masked(text: str, shown: str) -> None:
    assert masked(text, HOME) == shown


def test_a_name_of_every_kind_is_masked_and_that_of_root_tells_nothing() -> None:
    assert masked(f"{platform.node()} is named", {}) in ("HOST is named", "localhost is named")
    assert masked("the root: x", {"USER": "root", "HOME": "/root"}) == "the root: x"
    assert masked("a+b (c)", {"USER": "a+b (c"}) == "USER)"


def test_a_bundle_has_what_decides_a_screen_and_no_other_variable() -> None:
    checks = [
        Check(subject="box", result="/home/jane.doe/x is missing", fine=False),
        Check(subject="grade", result="1"),
    ]
    text = bundle(checks, {**HOME, "TERM": "dumb", "SECRET": "key", "LANG": "C\x1b[2J"})

    assert text.splitlines() == [
        "box          PROBLEM: ~/x is missing",
        "grade        1",
        "variable     TERM=dumb",
        "variable     LANG=C\\u001b[2J",
    ]


def test_details_are_shown_if_they_are_bad() -> None:
    fine, bad = (Check(subject="level 2", result="x", fine=fine, detail=True) for fine in (True, False))

    assert to_show([fine, bad, Check(subject="y", result="")]) == [bad, Check(subject="y", result="")]


def test_a_python_that_was_not_tested_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TESTED_PYTHONS", ((3, 8), (3, 9)))
    (check,) = (check for check in [doctor._python()])

    assert "which is not tested yet (3.8 and 3.9 are)" in check.result
    assert check.fine
    assert (3, 11) in TESTED_PYTHONS


def results(kit: Path, folder: Path) -> dict[str, Check]:
    return {check.subject: check for check in examine(Desk(directory=folder, kit=kit), "no terminal")}


def test_the_reference_is_graded_as_a_test_of_everything_together(tmp_path: Path) -> None:
    found = results(make_small_kit(tmp_path / "kit"), tmp_path)

    assert found["self-test"].result == "the reference answer of ex01 gets 100 of 100 points"
    assert found["isolation"].result.endswith("forbidden actions were tried and prevented")
    assert found["exercises"].result == "Tiny 0.1; no folder of exercises here"


def test_a_reference_that_does_not_get_all_points_is_a_problem(tmp_path: Path) -> None:
    kit = make_small_kit(tmp_path / "kit")
    change(kit / "solutions/ex01_double/double.py", "2 * n", "n")
    check = results(kit, tmp_path)["self-test"]

    assert not check.fine
    assert check.result == "the reference answer of ex01 gets 40 of 100 points (fail). Please report this."


def test_a_kit_without_answers_leaves_the_self_test_out_and_a_broken_one_is_a_problem(tmp_path: Path) -> None:
    kit = make_small_kit(tmp_path / "kit")
    (kit / "solutions/ex01_double/double.py").unlink()
    assert results(kit, tmp_path)["self-test"].result == "left out: this kit comes without answers"

    (kit / "exercises/kit.toml").write_text("format = ")
    broken = results(kit, tmp_path)
    assert not broken["exercises"].fine
    assert "kit.toml" in broken["exercises"].result
