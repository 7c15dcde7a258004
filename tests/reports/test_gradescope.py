"""Gradescope's ``results.json``, held against https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.judge.verdict import Verdict
from grader.reports.gradescope import results_json
from tests import samples

VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP = {
    "score": float,
    "execution_time": float,
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBLE,
    "stdout_visibility": {"hidden"},
    "tests": list,
}
TEST = {
    "score": float,
    "max_score": int,
    "status": {"passed", "failed"},
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "visibility": VISIBLE,
}


def fits(row: dict[str, Any], fields: dict[str, Any]) -> None:
    assert set(row) <= set(fields)
    for key, value in row.items():
        wanted = fields[key]
        assert value in wanted if isinstance(wanted, set) else isinstance(value, wanted), key


def document(*verdicts: Verdict) -> dict[str, Any]:
    """A document that keeps to the form."""
    found: dict[str, Any] = json.loads(results_json(verdicts))
    fits(found, TOP)
    for test in found["tests"]:
        fits(test, TEST)
        assert 0 <= test["score"] <= test["max_score"]
    assert found["score"] == pytest.approx(sum(test["score"] for test in found["tests"]))
    return found


def test_a_test_has_its_points_and_half_of_them_for_one_backend_of_two():
    tests = document(samples.mixed())["tests"]

    assert [(test["number"], test["score"], test["max_score"], test["status"]) for test in tests] == [
        ("ex01.1", 69.0, 69, "passed"),
        ("ex01.2", 0.0, 21, "failed"),
        ("ex01.3", 5.0, 10, "failed"),
    ]


def test_a_failure_says_what_is_wrong_where_and_what_to_do():
    output = document(samples.mixed())["tests"][1]["output"]

    assert output.splitlines() == [
        "error: the second function starts only after the first has ended",
        "  --> ex01_join/join.py:9",
        "      return [await fn() for fn in fns]",
        "help: start every function before waiting for any",
        "on asyncio and trio; again: grade ex01 --test 2",
    ]


def test_what_the_program_printed_is_shown_and_capped():
    verdict = samples.verdict(samples.failed_on_both(1, "x", 100, samples.failure(output="here\n" * 1000)))

    output = document(verdict)["tests"][0]["output"]

    assert "printed:\nhere\nhere" in output
    assert len(output) < 3000


def test_several_exercises_are_one_score():
    found = document(samples.mixed(), samples.perfect())

    assert found["score"] == 174.0
    assert found["output"] == "ex01: 74 of 100 points\nex01: 100 of 100 points"


def test_a_file_that_cannot_be_judged_scores_nothing_of_everything():
    (test,) = document(samples.unjudgeable())["tests"]

    assert (test["score"], test["max_score"], test["status"]) == (0.0, 100, "failed")
    assert "help: use a task group" in test["output"]


def test_a_test_without_points_fails_all_the_same():
    verdict = samples.verdict(samples.failed_on_both(1, "x", 0, samples.failure()))

    assert document(verdict)["tests"][0]["status"] == "failed"


def test_hostile_text_is_shown_and_never_rendered():
    found = document(samples.hostile())

    assert {test["output_format"] for test in found["tests"]} == {"text"}
    assert all(char.isprintable() or char == "\n" for test in found["tests"] for char in test["output"] + test["name"])
