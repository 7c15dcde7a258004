"""Writes Classroom 50's ``result.json``, schema ``classroom50/result/v1``, for one submission.

The schema is ``schemas/result-v1.schema.json`` of https://github.com/foundation50/classroom50. Its runner says in the
environment of an ``autograder.py`` who and what is graded, and stamps ``owner``, ``assignment_type`` and ``datetime``
itself afterwards. ``team`` is an assignment type of its newest runner (``validate_result`` of ``runner.py`` at commit
0c499034, 2026) and not yet of its schema; ``validate_result`` of its collector, ``collect_scores.py``, asks for no more
than the runner does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.errors import MachineError
from grader.judge.verdict import Status, Verdict
from grader.reports import plain
from grader.text import clean_line

SCHEMA = "classroom50/result/v1"
ASSIGNMENT_TYPES = ("individual", "group", "team")
REQUIRED = ("CLASSROOM", "ASSIGNMENT", "USERNAME", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")

Row = dict[str, Any]


def check_environment(environment: Mapping[str, str]) -> None:
    """Raise MachineError if the environment does not say which submission this is."""
    missing = [name for name in REQUIRED if not environment.get(name, "").strip()]
    if missing:
        raise MachineError(
            f"classroom50: result.json names the submission, and the environment has no {', '.join(missing)}",
            hint="Run it from an `autograder.py` of Classroom 50; docs/ci.md has one.",
        )
    if not environment["SUBMISSION_TAG"].startswith("submit/"):
        tag = clean_line(environment["SUBMISSION_TAG"], 100)
        raise MachineError(
            f"classroom50: SUBMISSION_TAG is {tag!r}, and must begin with submit/",
            hint="Leave it as Classroom 50's runner has set it.",
        )


def result_json(verdicts: Sequence[Verdict], environment: Mapping[str, str]) -> str:
    """Return the document for one learner's submission; no verdict may be ``not-judged``. Raises MachineError."""
    check_environment(environment)
    tests = _tests(verdicts)
    document = {
        "schema": SCHEMA,
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": _assignment_type(environment),
        "owner": environment["USERNAME"],
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": _moment(verdicts),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _assignment_type(environment: Mapping[str, str]) -> str:
    given = environment.get("ASSIGNMENT_TYPE", "")
    return given if given in ASSIGNMENT_TYPES else ASSIGNMENT_TYPES[0]


def _moment(verdicts: Sequence[Verdict]) -> str:
    latest = max((verdict.judged_at for verdict in verdicts), default="")
    return latest.replace("+00:00", "Z")


def _tests(verdicts: Sequence[Verdict]) -> list[Row]:
    """Give every test whole points whose sum is the sum of the exact points, rounded down.

    A test that passes on one backend of two may be worth half a point. To round each test down would lose up to a point
    per test; so the running total is rounded down, and a test gets what it adds to that total.
    """
    rows: list[Row] = []
    exact = 0.0
    for name, earned, most, passed in _earned(verdicts):
        score = _rounded_down(exact + earned) - _rounded_down(exact)
        exact += earned
        rows.append({"test-name": name, "passed": passed, "score": score, "max-score": most})
    return rows


def _rounded_down(points: float) -> int:
    return math.floor(points + 1e-9)


def _earned(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, float, int, bool]]:
    for verdict in verdicts:
        if verdict.status is Status.CANNOT_JUDGE:
            kind = verdict.faults[0].kind
            yield f"{verdict.exercise} the file can be judged ({kind})", 0.0, verdict.total, False
        for test in verdict.tests:
            yield f"{verdict.exercise} {plain.title(test)}", test.earned, test.points, test.passed
