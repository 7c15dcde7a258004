"""Writes Exercism's ``results.json``, version 3, for one exercise.

The form is documented at https://exercism.org/docs/building/tooling/test-runners/interface. ``test_code`` holds the
command that runs a test, as the test itself is hidden. Tests belong to no numbered task of the lesson, so there is no
``task_id``.
"""

from __future__ import annotations

import json
from typing import Any

from grader.judge.verdict import Outcome, TestResult, Verdict
from grader.reports import plain
from grader.reports.views import reasons_not_judged

VERSION = 3
MAX_OUTPUT = 500
"""Characters; Exercism's own limit."""
STATUSES = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.NOT_JUDGED: "error"}


def results_json(verdict: Verdict) -> str:
    """Return the document for one submission. Its status is ``error`` if no test ran, and then the message says why."""
    return json.dumps(_document(verdict), indent=1, ensure_ascii=True) + "\n"


def _document(verdict: Verdict) -> dict[str, Any]:
    tests = [_test(verdict, test) for test in verdict.tests]
    if verdict.faults:
        return {"version": VERSION, "status": "error", "message": plain.faults(verdict), "tests": []}
    if all(test["status"] == "error" for test in tests):
        message = plain.reasons(reasons_not_judged(verdict))
        return {"version": VERSION, "status": "error", "message": message, "tests": tests}
    status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    return {"version": VERSION, "status": status, "message": None, "tests": tests}


def _test(verdict: Verdict, test: TestResult) -> dict[str, Any]:
    status = STATUSES[plain.outcome(test)]
    row: dict[str, Any] = {
        "name": plain.title(test),
        "status": status,
        "test_code": f"grade {verdict.exercise} --test {test.number}",
    }
    messages = plain.explanations(verdict, test)
    unjudged = [result.reason for result in test.results if result.outcome is Outcome.NOT_JUDGED]
    if unjudged:
        messages.append(plain.reasons(dict.fromkeys(unjudged)))
    if messages:
        row["message"] = "\n\n".join(messages)
    if printed := plain.printed(test, MAX_OUTPUT):
        row["output"] = printed
    return row
