"""Writes Gradescope's ``results.json`` for one submission.

The form is documented at https://gradescope-autograders.readthedocs.io/en/latest/specs/. Every text is of format
``text``, which Gradescope escapes; its other formats render HTML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from grader.judge.verdict import Outcome, Status, TestResult, Verdict
from grader.reports import plain
from grader.reports.views import points_said
from grader.text import clean_line

MAX_OUTPUT = 2000
"""Characters of what the learner's program printed."""

Row = dict[str, Any]


def results_json(verdicts: Sequence[Verdict]) -> str:
    """Return the document for one learner's submission, one exercise or several; no verdict may be ``not-judged``."""
    tests = [row for verdict in verdicts for row in _tests(verdict)]
    document = {
        "score": round(sum(row["score"] for row in tests), 2),
        "execution_time": round(sum(verdict.real_seconds for verdict in verdicts), 2),
        "output": "\n".join(f"{verdict.exercise}: {_said(verdict)}" for verdict in verdicts),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        # The harness prints for the instructor; everything that a learner should read stands in the tests.
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _said(verdict: Verdict) -> str:
    return points_said(verdict) if verdict.tests else f"0 of {verdict.total} points, the file cannot be judged"


def _tests(verdict: Verdict) -> Iterator[Row]:
    if verdict.status is Status.CANNOT_JUDGE:
        yield {
            **_row(f"{verdict.exercise}.0", "the file can be judged", plain.faults(verdict)),
            "score": 0.0,
            "max_score": verdict.total,
            "status": "failed",
        }
    for test in verdict.tests:
        yield {
            **_row(f"{verdict.exercise}.{test.number}", clean_line(test.label, plain.MAX_LINE), _output(verdict, test)),
            "score": round(test.earned, 2),
            "max_score": test.points,
            "status": "passed" if test.passed else "failed",
        }


def _row(number: str, name: str, output: str) -> Row:
    return {
        "number": number,
        "name": name,
        "name_format": "text",
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    }


def _output(verdict: Verdict, test: TestResult) -> str:
    if plain.outcome(test) is Outcome.PASS:
        return "passes on " + " and ".join(result.backend for result in test.results)
    parts = plain.explanations(verdict, test)
    if printed := plain.printed(test, MAX_OUTPUT):
        parts.append(f"printed:\n{printed}")
    return "\n\n".join(parts)
