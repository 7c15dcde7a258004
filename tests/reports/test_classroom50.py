"""Classroom 50's ``result.json``, held against ``schemas/result-v1.schema.json`` and the checks of its runner.

https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json; the rules across fields stand in
``validate_result`` of ``runner.py`` (commit 0c499034) and of ``collect_scores.py`` (053044a8) in
``cli/gh-teacher/skeleton/dotgithub/scripts`` there.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from grader.errors import MachineError
from grader.judge.verdict import Verdict
from grader.reports.classroom50 import result_json
from tests import samples
from tests.samples import CLASSROOM50

TEXTS = ("classroom", "assignment", "owner", "submission", "commit", "release", "review", "datetime")
REQUIRED = {"schema", "assignment_type", "score", "max-score", "tests", *TEXTS}
DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")


def whole(value: object) -> bool:
    return type(value) is int and value >= 0


def document(*verdicts: Verdict, **more: str) -> dict[str, Any]:
    """A document that keeps to the schema."""
    found: dict[str, Any] = json.loads(result_json(verdicts, {**CLASSROOM50, **more}))
    assert REQUIRED <= set(found) <= REQUIRED | {"graded_at", "submitted_by"}
    assert found["schema"] == "classroom50/result/v1"
    assert found["assignment_type"] in ("individual", "group", "team")
    assert all(isinstance(found[key], str) and found[key] for key in TEXTS)
    assert found["submission"].startswith("submit/")
    assert DATETIME.fullmatch(found["datetime"])
    assert whole(found["score"])
    assert whole(found["max-score"])
    assert found["score"] <= found["max-score"]
    for test in found["tests"]:
        assert set(test) >= {"test-name", "passed", "score", "max-score"}
        assert isinstance(test["test-name"], str)
        assert test["test-name"]
        assert type(test["passed"]) is bool
        assert whole(test["score"])
        assert whole(test["max-score"])
        assert test["score"] <= test["max-score"]
    assert found["score"] == sum(test["score"] for test in found["tests"])
    assert found["max-score"] == sum(test["max-score"] for test in found["tests"])
    return found


def test_the_score_and_the_submission_are_named():
    found = document(samples.mixed())

    assert (found["score"], found["max-score"]) == (74, 100)
    assert (found["owner"], found["assignment"], found["datetime"]) == ("ada", "join", "2026-11-22T03:50:00Z")
    assert found["review"] == found["commit"], "without a diff to look at, the commit is looked at"


def test_scores_are_whole_and_lose_nothing_by_it():
    half = [samples.passing("asyncio"), samples.failing("trio", samples.failure())]
    verdict = samples.verdict(*(samples.case(number, "x", 5, *half) for number in range(1, 5)))

    found = document(verdict)

    assert found["score"] == 10, "four times two and a half"
    assert [test["score"] for test in found["tests"]] == [2, 3, 2, 3]


def test_a_test_that_passes_has_all_its_points():
    tests = document(samples.mixed(), samples.perfect())["tests"]

    assert {test["passed"] for test in tests} == {True, False}
    assert [test for test in tests if test["passed"] != (test["score"] == test["max-score"])] == []


def test_a_file_that_cannot_be_judged_is_a_failed_test_worth_everything():
    (test,) = document(samples.unjudgeable())["tests"]

    assert (test["passed"], test["score"], test["max-score"]) == (False, 0, 100)
    assert "off-limits" in test["test-name"]


def test_a_group_is_said_to_be_one():
    assert document(samples.perfect(), ASSIGNMENT_TYPE="group")["assignment_type"] == "group"
    assert document(samples.perfect(), ASSIGNMENT_TYPE="team")["assignment_type"] == "team"
    assert document(samples.perfect(), ASSIGNMENT_TYPE="herd")["assignment_type"] == "individual"


def test_without_the_environment_it_says_what_is_missing():
    with pytest.raises(MachineError, match="has no CLASSROOM, ") as caught:
        result_json([samples.mixed()], {})

    assert caught.value.exit_code == 4
    with pytest.raises(MachineError, match="must begin with submit/"):
        result_json([samples.mixed()], {**CLASSROOM50, "SUBMISSION_TAG": "v1"})


def test_hostile_text_stays_on_its_line():
    # Classroom 50 puts names into a Markdown table and escapes the bar alone.
    names = [test["test-name"] for test in document(samples.hostile())["tests"]]

    assert any("<script>" in name for name in names)
    assert [name for name in names if not name.isprintable()] == []
