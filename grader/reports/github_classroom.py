"""Writes what GitHub Classroom's grading reporter reads of one test runner, and the output that hands it over.

The action ``classroom-resources/autograding-grading-reporter@v1`` takes from the environment, for each runner that its
input ``runners`` lists, ``RUNNER_RESULTS``: base64 of a JSON object with ``status`` (``pass``, ``fail`` or ``error``),
``max_score`` and ``tests``, each with ``name``, ``status``, ``score``, ``line_no`` and ``test_code``. It sums up the
scores for the annotation ``Points 74/100`` from which Classroom took the grade, and is red unless everything passed
(``src/main.js``, ``src/notify-classroom.js`` and ``src/console-results.js`` of tag v1, November 2024, at
https://github.com/classroom-resources/autograding-grading-reporter). ``version`` 3 and the other keys are those of
https://github.com/classroom-resources/autograding-python-grader, ``runner/data.py``, whose ``bin/run.sh`` writes the
step's output ``result``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

from grader.judge.verdict import Status, Verdict
from grader.reports import plain
from grader.reports.excerpts import place
from grader.reports.views import findings
from grader.text import clean_line

OUTPUT = "result"
"""The name of the step's output, the same as that of GitHub's own graders."""
MAX_NAME = 200
MAX_MESSAGE = 300
MAX_ENCODED = 128 * 1024 - 1024
"""Bytes: the reporter gets the result as one variable of the environment, and Linux starts no program with a longer
one (``MAX_ARG_STRLEN``, 32 pages of 4 KiB, in execve(2))."""

Row = dict[str, Any]


def results_json(verdicts: Sequence[Verdict]) -> str:
    """Return the object for one learner's submission on one line; no verdict may be ``not-judged``.

    Scores are points, half a point included. Where a row for each test is more than the reporter can be given, there
    is a row for each exercise.
    """
    for rows in (_tests, _exercises):
        text = json.dumps(_document(verdicts, [row for verdict in verdicts for row in rows(verdict)])) + "\n"
        if len(text) * 4 // 3 <= MAX_ENCODED:
            break
    return text


def output_line(verdicts: Sequence[Verdict]) -> str:
    """Return the line that sets the step's output, to be added to the file that ``GITHUB_OUTPUT`` names.

    It is base64, so that no text of a learner can end the line and set another output.
    """
    return f"{OUTPUT}={base64.b64encode(results_json(verdicts).encode('ascii')).decode('ascii')}\n"


def _document(verdicts: Sequence[Verdict], tests: Sequence[Row]) -> Row:
    return {
        "version": 3,
        "status": "pass" if all(row["status"] == "pass" for row in tests) else "fail",
        "max_score": sum(verdict.total for verdict in verdicts),
        "tests": tests,
    }


def _tests(verdict: Verdict) -> Iterator[Row]:
    if verdict.status is Status.CANNOT_JUDGE:
        yield _unjudgeable(verdict)
    for test in verdict.tests:
        said = "; ".join(dict.fromkeys(finding.failure.error for finding in findings(verdict) if finding.test is test))
        status = "pass" if test.passed else "fail"
        yield _row(f"{verdict.exercise} {plain.title(test)}", status=status, score=test.earned, message=said)


def _exercises(verdict: Verdict) -> Iterator[Row]:
    if verdict.status is Status.CANNOT_JUDGE:
        yield _unjudgeable(verdict)
    else:
        status = "pass" if verdict.status is Status.PASS else "fail"
        yield _row(f"{verdict.exercise} {verdict.title}", status=status, score=verdict.points)


def _unjudgeable(verdict: Verdict) -> Row:
    # Of an error the reporter prints the message and not the name.
    fault = verdict.faults[0]
    message = f"{verdict.exercise} cannot be judged, {place(verdict.file, fault.line)}: {fault.error}"
    return _row(f"{verdict.exercise} the file can be judged", status="error", score=0.0, message=message)


def _row(name: str, *, status: str, score: float, message: str = "") -> Row:
    return {
        "name": _line(name, MAX_NAME),
        "status": status,
        "message": _line(message, MAX_MESSAGE),
        # The reporter prints the code of a test, which is hidden here, and the line of it unless that is 0.
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": 0.0,
        "score": round(score, 2),
    }


def _line(text: str, limit: int) -> str:
    # The reporter prints names and messages into the job's log as they are, and the runner obeys ``##[`` anywhere on a
    # line (ActionCommand.cs of https://github.com/actions/runner), ``::`` at the beginning of one.
    return clean_line(text, limit).replace("##[", "## [")
