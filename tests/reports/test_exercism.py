"""Exercism's ``results.json``, held against https://exercism.org/docs/building/tooling/test-runners/interface."""

from __future__ import annotations

import json
from typing import Any

from grader.judge.verdict import Verdict
from grader.reports.exercism import results_json
from tests import samples

MAX_MESSAGE = 65_535


def document(verdict: Verdict) -> dict[str, Any]:
    """A document that keeps to version 3 of the interface."""
    found: dict[str, Any] = json.loads(results_json(verdict))
    assert set(found) <= {"version", "status", "message", "tests"}
    assert found["version"] == 3
    assert found["status"] in ("pass", "fail", "error")
    if found["status"] == "error":
        assert isinstance(found["message"], str)
        assert 0 < len(found["message"]) < MAX_MESSAGE
    else:
        assert found["message"] is None
        assert found["tests"]
    for test in found["tests"]:
        assert {"name", "status"} <= set(test) <= {"name", "status", "message", "output", "test_code", "task_id"}
        assert test["status"] in ("pass", "fail", "error")
        assert len(test.get("message") or "") < MAX_MESSAGE
        assert len(test.get("output", "")) <= 500
    statuses = {test["status"] for test in found["tests"]}
    assert found["status"] == ("error" if statuses <= {"error"} else "pass" if statuses == {"pass"} else "fail")
    return found


def test_tests_stand_in_the_order_of_their_file_with_a_status_each():
    found = document(samples.mixed())

    assert found["status"] == "fail"
    assert [(test["name"][:2], test["status"]) for test in found["tests"]] == [
        ("1 ", "pass"),
        ("2 ", "fail"),
        ("3 ", "fail"),
    ]


def test_all_passing_is_a_pass_without_messages():
    found = document(samples.perfect())

    assert found["status"] == "pass"
    assert not [test for test in found["tests"] if "message" in test]


def test_a_failing_test_says_what_is_wrong_and_shows_the_command_in_place_of_its_code():
    test = document(samples.mixed())["tests"][1]

    assert test["message"].startswith("error: the second function starts only after the first has ended\n")
    assert test["test_code"] == "grade ex01 --test 2"


def test_output_is_cut_at_five_hundred_characters():
    verdict = samples.verdict(samples.failed_on_both(1, "x", 100, samples.failure(output="here " * 1000)))

    (test,) = document(verdict)["tests"]

    assert len(test["output"]) == 500
    assert test["output"].endswith("... [5000 characters in all]")


def test_a_file_that_cannot_be_judged_is_an_error_with_its_reason():
    found = document(samples.unjudgeable())

    assert found["status"] == "error"
    assert "ex01_join/join.py:12" in found["message"]


def test_what_was_not_judged_at_all_is_an_error_and_in_part_is_none():
    broken = samples.not_judged("trio", "the box did not start")
    nothing = document(samples.verdict(samples.case(1, "x", 100, broken)))
    partly = document(samples.verdict(samples.case(1, "x", 50, broken), samples.case(2, "y", 50)))

    assert (nothing["status"], nothing["message"]) == ("error", "the box did not start")
    assert [test["status"] for test in partly["tests"]] == ["error", "pass"]


def test_hostile_text_is_shown_and_does_not_act():
    found = document(samples.hostile())

    texts = [text for test in found["tests"] for text in test.values() if isinstance(text, str)]
    assert all(text.replace("\n", "").isprintable() for text in texts)


def test_the_root_says_what_fails_for_the_same_reason_and_what_comes_afterwards():
    first, second, *_ = document(samples.rooted(samples.failure(), failing=4))["tests"]

    assert (
        "note: these tests fail for the same reason: 2 and 3\nnote: look at this one afterwards: 4\n"
        in first["message"]
    )
    assert "note: " not in second["message"]
